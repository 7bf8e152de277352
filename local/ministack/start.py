"""Starts MiniStack behind the guard of `refusal.py`. Where it runs is told by its own variables (see `ministack.ts`)."""

import sys
from pathlib import Path

from ministack import app as ministack

sys.path.append(str(Path(__file__).parents[1] / "guard"))
from refusal import refusal


def guarded(app):
    """The same application, for those alone whom it may answer."""

    async def answer(scope, receive, send):
        if scope["type"] == "lifespan":
            return await app(scope, receive, send)
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        why = refusal(scope.get("method", "GET"), headers)
        if why is None:
            return await app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        body = f"refused: {why}\n".encode()
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain"), length]})
        await send({"type": "http.response.body", "body": body})

    return answer


if __name__ == "__main__":
    ministack.app = guarded(ministack.app)
    ministack.main()
