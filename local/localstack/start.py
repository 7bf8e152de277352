"""Starts LocalStack on this machine without Docker. Where it runs is told by its own variables (see `localstack.ts`).

Two parts of it are replaced: functions are run by `function_processes.py` instead of in containers, and the table is
the DynamoDB Local that `table_server.py` starts instead of the one LocalStack downloads.
"""

import sys
from functools import partial
from pathlib import Path

from function_processes import FunctionProcess
from localstack.runtime.main import main
from localstack.services.dynamodb.packages import DynamoDBLocalPackageInstaller
from localstack.services.dynamodb.server import DynamodbServer
from localstack.services.lambda_.invocation.plugins import DockerRuntimeExecutorPlugin
from twisted.internet import endpoints

TABLE_SERVER = Path(__file__).with_name("table_server.py")


def table_command(server: DynamodbServer) -> list[str]:
    return [sys.executable, str(TABLE_SERVER), str(server.port)]


def replace_parts() -> None:
    DockerRuntimeExecutorPlugin.load = lambda *_args, **_options: FunctionProcess
    DynamodbServer._create_shell_command = table_command
    DynamoDBLocalPackageInstaller.install = lambda *_args, **_options: None
    DynamoDBLocalPackageInstaller.get_java_env_vars = lambda _self: {}


def listen_here_alone() -> None:
    """Of an IPv4 address in `GATEWAY_LISTEN` LocalStack 4.14.0 takes the port and listens on every interface."""
    endpoints.TCP4ServerEndpoint = partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")


if __name__ == "__main__":
    replace_parts()
    listen_here_alone()
    main()
