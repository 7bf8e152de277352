"""Runs Lambda functions of LocalStack as Node processes of this machine.

A process gets invocations as JSON lines on its standard input and answers them, one at a time, as JSON lines on a pipe
of its own. It ends when its standard input ends, so none outlives LocalStack, however that ends.
"""

import json
import os
import queue
import subprocess
import threading
from pathlib import Path

from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

HOST = Path(__file__).with_name("function-host.mjs")

# A process has as much of this machine's environment as a function has of Lambda's.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")

# The heap's part of a function's memory; the rest is for what Node keeps beside it.
HEAP_SHARE = 0.8


def error(kind: str, message: str) -> dict:
    return {"errorType": kind, "errorMessage": message}


class FunctionProcess(RuntimeExecutor):
    """One execution environment: a process that is started anew after it ended or was too slow, as in Lambda."""

    def __init__(self, id, function_version):
        super().__init__(id, function_version)
        self._environment: dict[str, str] = {}
        self._process: subprocess.Popen | None = None
        self._answers: queue.Queue = queue.Queue()
        self._stopped = False

    def start(self, env_vars):
        given = {name: str(value) for name, value in env_vars.items() if value is not None}
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        own = {"LAMBDA_TASK_ROOT": self._code(), "TZ": "UTC", "AWS_EC2_METADATA_DISABLED": "true"}
        self._environment = {**inherited, **given, **own}
        self._launch()

    def invoke(self, payload):
        request = payload["invoke-id"]
        if self._process.poll() is not None:
            self._launch()
        limit = self.function_version.config.timeout
        try:
            self._tell(payload)
            answer = self._answers.get(timeout=limit)
        except queue.Empty:
            self._end()
            message = f"RequestId: {request} Error: Task timed out after {limit:.2f} seconds"
            return self._failed(request, error("Sandbox.Timedout", message))
        if answer is None:
            return self._failed(request, self._exit_error(request))
        body = json.dumps(answer["body"]).encode()
        return InvocationResult(request, body, is_error=answer["failed"], logs=answer["logs"])

    def stop(self):
        self._stopped = True
        self._end()

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        """Where Lambda's runtimes would ask for work; these processes are told instead."""
        return ""

    def get_logs(self):
        """They stand in LocalStack's own log: processes write where it writes."""
        return ""

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        """Its code may be that of another version, too; all of it goes with LocalStack's own folder."""

    def _code(self) -> str:
        return str(self.function_version.config.code.get_unzipped_code_location())

    def _launch(self) -> None:
        """Starts a process and waits until its handler is loaded."""
        if self._stopped:
            raise RuntimeError(f"execution environment {self.id} was stopped")
        self._answers = queue.Queue()
        heap = int(int(self.function_version.config.memory_size) * HEAP_SHARE)
        reading, writing = os.pipe()
        self._process = subprocess.Popen(
            [os.environ["NODE"], f"--max-old-space-size={heap}", str(HOST), str(writing)],
            cwd=self._code(),
            env=self._environment,
            stdin=subprocess.PIPE,
            pass_fds=(writing,),
        )
        os.close(writing)
        threading.Thread(target=hear, args=(reading, self._answers), daemon=True).start()
        answer = self._answers.get()
        if answer is None:
            raise StatusErrorException("it ended while it started", json.dumps(self._exit_error()).encode())
        if answer["failed"]:
            raise StatusErrorException("its handler cannot be loaded", json.dumps(answer["body"]).encode())

    def _tell(self, payload: dict) -> None:
        try:
            self._process.stdin.write(json.dumps(payload).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            # It has just ended, and its pipe says so.
            pass

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()

    def _exit_error(self, request: str = "") -> dict:
        status = self._process.wait()
        what = f"signal: {-status}" if status < 0 else f"exit status {status}"
        return error("Runtime.ExitError", f"RequestId: {request} Error: Runtime exited with error: {what}")

    @staticmethod
    def _failed(request: str, body: dict) -> InvocationResult:
        return InvocationResult(request, json.dumps(body).encode(), is_error=True, logs=body["errorMessage"])


def hear(pipe: int, answers: queue.Queue) -> None:
    """Passes on what a process answers; in the end, that it has ended."""
    with os.fdopen(pipe, encoding="utf-8") as lines:
        for line in lines:
            answers.put(json.loads(line))
    answers.put(None)
