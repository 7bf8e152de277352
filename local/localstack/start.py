"""Starts LocalStack on this machine without Docker. Where it runs is told by its own variables (see `localstack.ts`).

Two parts of it are replaced: functions are run by `function_processes.py` instead of in containers, and the table is
the DynamoDB Local that `table_server.py` starts instead of the one LocalStack downloads.
"""

import sys
from functools import partial
from pathlib import Path

from function_processes import FunctionProcess
from localstack.aws.app import LocalstackAwsGateway
from localstack.runtime.main import main
from localstack.services.dynamodb.packages import DynamoDBLocalPackageInstaller
from localstack.services.dynamodb.server import DynamodbServer
from localstack.services.lambda_.invocation.plugins import DockerRuntimeExecutorPlugin
from twisted.internet import endpoints

sys.path.append(str(Path(__file__).parents[1] / "guard"))
from refusal import refusal

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


def refuse_websites(chain, context, response) -> None:
    """The first of the handlers of a request: it goes no further where no program of this machine sent it."""
    request = context.request
    why = refusal(request.method, [(name.lower(), value) for name, value in request.headers.items()])
    if why is not None:
        response.status_code = 403
        response.set_response(f"refused: {why}\n")
        chain.terminate()


def guard_gateway() -> None:
    """Its own check of origins lets websites of its makers in, and looks at no `Host`."""
    make = LocalstackAwsGateway.__init__

    def make_guarded(gateway, *given, **options):
        make(gateway, *given, **options)
        gateway.request_handlers.insert(0, refuse_websites)

    LocalstackAwsGateway.__init__ = make_guarded


if __name__ == "__main__":
    guard_gateway()
    replace_parts()
    listen_here_alone()
    main()
