"""The search and the bot on the net: what is asked is looked at before it is answered, and so is how much of it comes.

`python -m course_lib.applications.service --port 8000` serves them to this machine. It needs FastAPI and uvicorn:
`pip install "course-lib[serve]"`.

    POST /search   {"question": …, "count": 5}       documents, best first
    POST /chat     {"session": …, "text": …}         one turn of a conversation
    GET  /health                                     whether it works
    GET  /metrics                                    what it has done so far, in the form of Prometheus
    GET  /                                           a page for both
"""

# No `from __future__ import annotations` here: FastAPI reads the types of the functions that are made below.

import argparse
import asyncio
import html
import threading
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated

from course_lib.applications.dialogue import Dialogue, Reply
from course_lib.applications.finding import Finder
from course_lib.applications.sessions import Sessions
from course_lib.base.arguments import require_integer, require_positive
from course_lib.base.errors import EnvironmentProblem
from course_lib.showing import language
from course_lib.showing.language import tr

try:
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
    from pydantic import BaseModel, ConfigDict, StringConstraints
    from pydantic import Field as Bounded
    from starlette.exceptions import HTTPException
except ImportError as problem:
    raise EnvironmentProblem(f'{problem.name} is not installed here; run: pip install "course-lib[serve]"') from problem


@dataclass(frozen=True)
class Limits:
    """How much is taken, and how long it may take.

    Args:
        body: bytes of a request.
        question: characters of a question.
        count: documents of an answer.
        seconds: after which an answer is given up.
        at_once: requests that are worked on at a time; whoever comes besides is told to come again.
    """

    body: int = 16_384
    question: int = 500
    count: int = 20
    seconds: float = 5.0
    at_once: int = 16

    def __post_init__(self) -> None:
        for name in ("body", "question", "count", "at_once"):
            require_integer(name, getattr(self, name), at_least=1)
        require_positive("seconds", self.seconds)


class Counts:
    """What a service has done: how many answers of which kind, and how long they took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.seconds: Counter[str] = Counter()

    def add(self, path: str, status: int, seconds: float) -> None:
        """One answer more.

        Args:
            path: what was asked for.
            status: of the answer, 200 where all was well.
            seconds: that it took.
        """
        with self._lock:
            self.answers[path, status] += 1
            self.seconds[path] += seconds

    def text(self) -> str:
        """All counts, a line each."""
        with self._lock:
            lines = [
                f'answers_total{{path="{path}",status="{status}"}} {count}'
                for (path, status), count in sorted(self.answers.items())
            ]
            lines += [f'seconds_total{{path="{path}"}} {seconds:.6f}' for path, seconds in sorted(self.seconds.items())]
        return "\n".join([*lines, ""])


class Door:
    """Stands before the service: counts, and lets in neither more at once nor larger requests than it can bear.

    Args:
        app: what stands behind.
        limits: what is let in.
        counts: where it is written down.
    """

    _PATHS = ("/", "/search", "/chat", "/health", "/metrics", "/page.js")

    def __init__(self, app: Callable[..., Awaitable[None]], limits: Limits, counts: Counts) -> None:
        self.app, self.limits, self.counts = app, limits, counts
        self.inside = 0

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begin, status = time.perf_counter(), 500
        # What is not ours is counted as one, or whoever asks for a million addresses fills the memory.
        path = scope["path"] if scope["path"] in self._PATHS else "other"

        async def told(message: dict) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._let_in(scope, receive, told)
        finally:
            self.counts.add(path, status, time.perf_counter() - begin)

    async def _let_in(self, scope: dict, receive: Callable, send: Callable) -> None:
        if self.inside >= self.limits.at_once:
            busy = _problem(503, "busy", tr("too many requests at once; come again", "同时请求太多，请稍后再试"))
            busy.headers["Retry-After"] = "1"
            await busy(scope, receive, send)
            return
        self.inside += 1
        try:
            async with asyncio.timeout(self.limits.seconds):
                body, gone = await _body(receive, self.limits.body)
        except TimeoutError:
            await _problem(408, "slow", tr("the request came too slowly", "请求发送得太慢"))(scope, receive, send)
            return
        else:
            if gone:
                return
            if body is None:
                most = f"{self.limits.body:,}"
                words = tr(f"the request has more than {most} bytes", f"请求超过 {most} 字节")
                await _problem(413, "too large", words)(scope, receive, send)
                return
            await self.app(scope, _once(body, receive), send)
        finally:
            self.inside -= 1


async def _body(receive: Callable, most: int) -> tuple[bytes | None, bool]:
    """The body, None where it is too large; and whether whoever sent it has gone."""
    found = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, True
        found += message.get("body", b"")
        if len(found) > most:
            return None, False
        if not message.get("more_body", False):
            return found, False


def _once(body: bytes, receive: Callable) -> Callable:
    """Gives the body, then what comes after it."""
    given = False

    async def again() -> dict:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _problem(status: int, kind: str, message: str, field: str = "") -> JSONResponse:
    """What is wrong, in words, and never what went on inside."""
    told = {"error": kind, "message": message}
    return JSONResponse({**told, "field": field} if field else told, status_code=status)


def create_app(
    finder: Finder,
    dialogue: Dialogue,
    sessions: Sessions,
    limits: Limits | None = None,
    say: Callable[[Reply], str] | None = None,
) -> FastAPI:
    """The service.

    Args:
        finder: the search.
        dialogue: the rules of the conversation.
        sessions: where conversations are kept.
        limits: how much is taken; None for the usual.
        say: makes a sentence of a reply; None for the usual.
    """
    limits, counts, say = limits or Limits(), Counts(), say or in_words
    app = FastAPI(title="course_lib", docs_url=None, redoc_url=None, openapi_url=None)
    turns = [threading.Lock() for _ in range(64)]
    words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.question)]
    name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]

    class Asked(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True)
        question: words
        count: Annotated[int, Bounded(ge=1, le=limits.count)] = 5

    class Said(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True)
        session: name
        text: words

    async def within(function: Callable, *given: object) -> object:
        """The work in a thread of its own, given up after a while; the thread itself ends when it ends."""
        async with asyncio.timeout(limits.seconds):
            return await asyncio.to_thread(function, *given)

    def turn(session: str, said: str) -> dict:
        # Two turns of one conversation at once would each forget the other.
        with turns[zlib.crc32(session.encode()) % len(turns)]:
            state, reply = dialogue.turn(sessions.get(session), said)
            sessions.put(session, state)
        return {"say": say(reply), "action": reply.action, "intent": reply.intent, "slots": dict(reply.slots)}

    @app.post("/search")
    async def search(asked: Asked) -> JSONResponse:
        hits = await within(finder.find, asked.question, asked.count)
        return JSONResponse({"hits": [hit._asdict() for hit in hits]})

    @app.post("/chat")
    async def chat(said: Said) -> JSONResponse:
        return JSONResponse(await within(turn, said.session, said.text))

    @app.get("/health")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok", "documents": len(finder.words), "conversations": len(sessions)})

    @app.get("/metrics")
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(counts.text())

    @app.get("/")
    async def page(question: str = "") -> Response:
        question = question.strip()[: limits.question]
        hits = await within(finder.find, question) if question else []
        return HTMLResponse(page_of(question, hits), headers={"Content-Security-Policy": _POLICY})

    @app.get("/page.js")
    async def script() -> Response:
        return Response(_static("page.js"), media_type="text/javascript")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, problem: RequestValidationError) -> JSONResponse:
        first = problem.errors()[0]
        field = ".".join(str(part) for part in first["loc"] if part != "body")
        return _problem(422, "not valid", str(first["msg"])[:200], field[:100])

    @app.exception_handler(TimeoutError)
    async def slow(request: Request, problem: TimeoutError) -> JSONResponse:
        words = tr(f"no answer within {limits.seconds:g} s", f"{limits.seconds:g} 秒内没有结果")
        return _problem(504, "timeout", words)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, problem: HTTPException) -> JSONResponse:
        words = {
            404: tr("there is nothing at this address", "这个地址上没有内容"),
            405: tr("this address is asked in another way", "这个地址要用别的方法访问"),
        }
        usual = tr("the request cannot be read", "无法读懂这个请求")
        return _problem(problem.status_code, "refused", words.get(problem.status_code, usual))

    @app.exception_handler(Exception)
    async def failed(request: Request, problem: Exception) -> JSONResponse:
        return _problem(500, "failed", tr("the service failed; it goes on", "服务出错，但仍在运行"))

    app.add_middleware(Door, limits=limits, counts=counts)
    return app


_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; form-action 'self'"


def page_of(question: str, hits: Sequence) -> str:
    """The page, with whatever was asked and found as text: what looks like a tag is shown, and does nothing.

    Args:
        question: what was asked.
        hits: what was found.
    """
    shown = "".join(f"<li><b>{html.escape(hit.title)}</b> {html.escape(hit.text[:200])}</li>" for hit in hits)
    if question and not hits:
        shown = f"<li>{html.escape(tr('Nothing was found.', '没有找到。'))}</li>"
    words = {
        "language": tr("en", "zh"),
        "title": tr("Search and service", "搜索与客服"),
        "search": tr("Search", "搜索"),
        "chat": tr("Talk to the bot", "与机器人对话"),
        "send": tr("Send", "发送"),
        "question": html.escape(question, quote=True),
        "hits": shown,
    }
    page = _static("page.html")
    parts = page.split("@@")  # every other part is a name: what is put in is not looked at again
    return "".join(words[part] if place % 2 else part for place, part in enumerate(parts))


def _static(name: str) -> str:
    return (resources.files("course_lib.applications") / "static" / name).read_text(encoding="utf-8")


def in_words(reply: Reply, answers: Mapping[str, str] | None = None) -> str:
    """A sentence for a reply, in the reader's language.

    Args:
        reply: of the dialogue.
        answers: by intent what is said when it is done; None for the intent's name.
    """
    what = (reply.intent or "").replace("_", " ")
    names = {"amount": tr("amount", "金额"), "date": tr("date", "日期"), "account": tr("account", "账户")}
    if reply.slot is not None:
        question = tr(f"To {what}: which {names[reply.slot]}?", f"{what}：还需要{names[reply.slot]}。")
        return question if reply.text is None else f"{reply.text} {question}"
    if reply.text is not None:
        return reply.text
    if reply.action == "person":
        return tr("I am handing you over to a person.", "正在为你转接人工客服。")
    if reply.action == "repeat":
        return tr("I did not understand that. Could you say it in other words?", "没有听懂，请换个说法。")
    if answers and reply.intent in answers:
        return answers[reply.intent]
    given = ", ".join(f"{names[name]} {value}" for name, value in reply.slots.items())
    return tr(f"Done: {what}", f"已办理：{what}") + (f" ({given})" if given else "")


class Running:
    """A service in a thread of this process, on a free port of this machine alone; `with` starts and ends it.

    Args:
        app: from `create_app`.
        port: 0 for one that is free.
    """

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        config = uvicorn.Config(
            app, "127.0.0.1", port, log_level="error", timeout_keep_alive=5, h11_max_incomplete_event_size=16_384
        )
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> "Running":
        self._thread.start()
        until = time.monotonic() + 20
        while not self.server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise EnvironmentProblem("the service does not start: is the port free?")
            time.sleep(0.02)
        return self

    @property
    def url(self) -> str:
        """Where it is asked."""
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(timeout=20)


def default_app(sessions: Path | str, sample: str = "fallback", limits: Limits | None = None) -> FastAPI:
    """The service on the course's data: Cranfield's abstracts, and requests of the banking customers of CLINC150.

    Args:
        sessions: the file of conversations.
        sample: see `data.cranfield.load`.
        limits: how much is taken.
    """
    from course_lib.applications.banking import banking_dialogue
    from course_lib.data import cranfield

    found = cranfield.load(sample)
    return create_app(Finder(found.titles, found.texts), banking_dialogue(sample), Sessions(sessions), limits)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until it is stopped.

    Args:
        arguments: of the command line; None for those that Python was called with.
    """
    parser = argparse.ArgumentParser(description="The course's search and bot, for this machine alone.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--sessions", default="sessions.sqlite", help="the file of conversations")
    parser.add_argument("--language", default="en", choices=["en", "zh"], help="of the page and the bot")
    parser.add_argument("--sample", default="fallback", choices=["fallback", "never", "only"])
    given = parser.parse_args(arguments)
    language.use(given.language)
    uvicorn.run(default_app(given.sessions, given.sample), host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
