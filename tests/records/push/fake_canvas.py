"""A Canvas on the loopback, as far as a push asks it: answers as Canvas documents them.

Lists come in pages of two, told by Link headers; a bulk update is a job, whose Progress is
``queued``, then ``running``, then done; a wrong token is 401 with WWW-Authenticate; too many
requests are 403 and "Rate Limit Exceeded"."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "7~aSecretTokenOfATeacher"
COURSE = 12
PAGE = 2


@dataclass
class FakeCanvas:
    """What is in it, and what was asked.

    Attributes:
        throttled: so many requests to come are refused as too many.
        ends: how a job ends.
        forgets: ids of students whose scores a job leaves out without a word.
        forbidden: nothing may be changed.
    """

    assignments: list[dict[str, Any]] = field(default_factory=list)
    users: list[dict[str, Any]] = field(default_factory=list)
    submissions: dict[int, dict[str, Any]] = field(default_factory=dict)
    throttled: int = 0
    ends: str = "completed"
    forgets: tuple[int, ...] = ()
    forbidden: bool = False
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    jobs: list[list[str]] = field(default_factory=list)

    @property
    def updates(self) -> list[str]:
        return [path for method, path in self.asked if method == "POST"]

    def assignment(self, name: str, points: float | None, number: int = 77, **more: Any) -> None:
        self.assignments.append(
            {
                "id": number,
                "course_id": COURSE,
                "name": name,
                "points_possible": points,
                "grading_type": "points",
                "post_manually": False,
                "group_category_id": None,
                **more,
            }
        )

    def student(self, number: int, name: str, score: float | None = None, **more: Any) -> None:
        standing = {
            key: more.pop(key)
            for key in ("excused", "points_deducted", "entered_score")
            if key in more
        }
        self.users.append({"id": number, "name": name, "sortable_name": name, **more})
        self.submissions[number] = {
            "id": 1000 + number,
            "user_id": number,
            "score": score,
            "grade": None if score is None else str(score),
            "workflow_state": "unsubmitted" if score is None else "graded",
            "excused": False,
            **standing,
        }

    def score(self, number: int) -> Any:
        return self.submissions[number]["score"]

    def _take(self, form: dict[str, list[str]]) -> None:
        for key, values in form.items():
            if match := re.fullmatch(r"grade_data\[(\d+)\]\[posted_grade\]", key):
                number = int(match[1])
                if number not in self.forgets:
                    self.submissions[number] |= {"score": float(values[0]), "excused": False}

    def answer(self, method: str, path: str, form: dict[str, list[str]]) -> tuple[int, Any]:
        course = f"/api/v1/courses/{COURSE}"
        if path == course:
            return 200, {"id": COURSE, "name": "Gradients"}
        if path == f"{course}/assignments":
            return 200, self.assignments
        if path in (f"{course}/users", f"{course}/search_users"):
            return 200, self.users
        if match := re.fullmatch(rf"{course}/assignments/(\d+)(/.*)?", path):
            found = [item for item in self.assignments if str(item["id"]) == match[1]]
            if found and match[2] is None:
                return 200, found[0]
            if found and match[2] == "/submissions":
                return 200, list(self.submissions.values())
            if found and match[2] == "/submissions/update_grades" and method == "POST":
                if self.forbidden:
                    return 403, {
                        "status": "unauthorized",
                        "errors": [{"message": "user not authorized to perform that action"}],
                    }
                self.jobs.append(["queued", "running", self.ends])
                if self.ends == "completed":
                    self._take(form)
                return 200, self._progress(len(self.jobs))
        if match := re.fullmatch(r"/api/v1/progress/(\d+)", path):
            return 200, self._progress(int(match[1]))
        return 404, {"errors": [{"message": "The specified resource does not exist."}]}

    def _progress(self, number: int) -> dict[str, Any]:
        states = self.jobs[number - 1]
        state = states.pop(0) if len(states) > 1 else states[0]
        return {
            "id": number,
            "context_type": "Course",
            "tag": "submissions_update",
            "completion": 100 if state == "completed" else 0,
            "workflow_state": state,
            "message": "Assignment is moderated" if state == "failed" else None,
            "url": f"{self.url}/api/v1/progress/{number}",
        }


def _handler(canvas: FakeCanvas) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            canvas.asked.append((method, address.path))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                errors = {"errors": [{"message": "Invalid access token."}]}
                self._send(401, errors, {"WWW-Authenticate": 'Bearer realm="canvas-lms"'})
                return
            if canvas.throttled:
                canvas.throttled -= 1
                self._send(403, "403 Forbidden (Rate Limit Exceeded)", {})
                return
            status, data = canvas.answer(method, address.path, parse_qs(body))
            links = {}
            if isinstance(data, list):
                data, links = self._page(address, data)
            self._send(status, data, links)

        def _page(self, address: Any, data: list[Any]) -> tuple[list[Any], dict[str, str]]:
            page = int(parse_qs(address.query).get("page", ["1"])[0])
            base = f"{canvas.url}{address.path}"
            links = [f'<{base}?page={page}&per_page={PAGE}>; rel="current"']
            if page * PAGE < len(data):
                links.append(f'<{base}?page={page + 1}&per_page={PAGE}>; rel="next"')
            return data[(page - 1) * PAGE : page * PAGE], {"Link": ",".join(links)}

        def _send(self, status: int, data: Any, headers: dict[str, str]) -> None:
            text = (data if isinstance(data, str) else json.dumps(data)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr, which tests read."""

    return Handler


@contextmanager
def serving(canvas: FakeCanvas) -> Iterator[FakeCanvas]:
    """Let it be asked at ``canvas.url``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(canvas))
    canvas.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield canvas
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
