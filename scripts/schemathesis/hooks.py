"""What an OpenAPI description cannot say: which parts of a request belong together, and what a cursor is."""

import base64
from urllib.parse import unquote

import schemathesis

MOST_CURSOR = 4096


@schemathesis.hook
def before_call(context, case, kwargs):
    """Lets the body of a change be about the task of its path, and makes a cursor of a text, where all is to be valid."""
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    if isinstance(case.body, dict) and isinstance(case.body.get("task"), str):
        case.body["task"] = unquote(case.path_parameters.get("id", ""))
    cursor = (case.query or {}).get("cursor")
    if isinstance(cursor, str) and 0 < len(cursor) <= MOST_CURSOR:
        last = cursor.encode("utf-8", "replace").decode()[: MOST_CURSOR // 8]
        case.query["cursor"] = base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")
