"""Runs AWS's DynamoDB Local in memory on a port of this machine alone: `python table_server.py PORT`.

Its own main program listens on every address, so its server is made here and told to listen on the loopback only. The
jars lie in the folder that `DYNAMODB_LOCAL` names. It ends when what started it has ended.
"""

import os
import sys
import time
from pathlib import Path

import jpype

MAIN = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"


def jetty_of(server):
    """DynamoDB Local keeps its web server to itself."""
    field = server.getClass().getDeclaredField("server")
    field.setAccessible(True)
    return field.get(server)


def serve(port: str) -> None:
    jars = Path(os.environ["DYNAMODB_LOCAL"])
    jpype.startJVM(f"-Djava.library.path={jars}", "-Xmx512m", classpath=[str(jars / "*")])
    # LocalStack alone calls it: no website's script may read an answer, nor any whose name is made to lead here.
    arguments = ["-inMemory", "-disableTelemetry", "-cors", "http://127.0.0.1", "-port", port]
    server = jpype.JClass(MAIN).createServerFromCommandLineArgs(arguments)
    for connector in jetty_of(server).getConnectors():
        connector.setHost("127.0.0.1")
    for context in jetty_of(server).getHandler().getHandlers():
        context.setVirtualHosts(jpype.java.util.ArrayList(["127.0.0.1", "localhost"]))
    server.start()


if __name__ == "__main__":
    starter = os.getppid()
    serve(sys.argv[1])
    while os.getppid() == starter:
        time.sleep(0.5)
    os._exit(0)
