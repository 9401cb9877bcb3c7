"""A KomMonitor server to test against: state, token and faults, made from the interface's own file.

Every request is judged by the OpenAPI schema, with nothing allowed that it does not name; null is allowed for
`indicatorValue` there and nowhere else. Values are kept as 32-bit floats, one per feature and day, and a
feature by its id and first day, as the server does. Answers are judged by the same file. `faults` says what
goes wrong at which request, counted over all requests, those for a token included.
"""

from __future__ import annotations

import copy
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sources.foundation.files import canonical_json
from tests.conftest import SHARED_DATA

Fault = Literal["cut before", "cut after", "error with 200", "words with 200", "500", "503", "401", "half"]
"""Cut: no answer, with nothing or everything done. Half: half of the values done, then status 500."""

NAME = "urn:kommonitor"
CLIENT, SECRET, OWNER = "planstat", "ein-sehr-geheimes-Wort/mit=Zeichen", "gruppe-1"


FILE = SHARED_DATA.parent / "standards" / "kommonitor" / "kommonitor_dataAccessAPI.yaml"


@cache
def read_interface() -> Interface:
    """The interface of data-management; a test that needs it is skipped where it is not."""
    if not FILE.is_file():
        pytest.skip("KomMonitor's interface file (../shared/standards/kommonitor) is not here")
    return Interface(FILE)


class Interface:
    """The interface file: which requests there are, and what their bodies are."""

    def __init__(self, file: Path) -> None:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        schemas = document["components"]["schemas"]
        value = schemas["IndicatorPOSTInputTypeValueMapping"]["properties"]["indicatorValue"]
        assert value["type"] == "number"
        assert "nullable" not in value
        value["type"] = ["number", "null"]
        for schema in schemas.values():
            if "properties" in schema:
                schema["additionalProperties"] = False
        self._registry = Registry().with_resource(NAME, Resource.from_contents(document, DRAFT202012))
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "([^/]+)", path)), path, document["paths"][path])
            for path in document["paths"]
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    def problems_of_request(self, method: str, path: str, body: Any) -> list[str]:
        """What is wrong with a request."""
        named = self._operation(method, path)
        if named is None:
            return [f"{method} {path}: there is no such operation"]
        template, operation = named
        if (asked := operation.get("requestBody")) is None:
            return [] if body is None else [f"{method} {path}: takes no body"]
        return self._problems(template, asked["content"]["application/json"]["schema"], body)

    def problems_of_answer(self, method: str, path: str, body: Any) -> list[str]:
        """What is wrong with an answer."""
        named = self._operation(method, path)
        assert named is not None
        template, operation = named
        content = operation["responses"]["200"].get("content") or {}
        schema = content.get("application/json", {}).get("schema")
        return [] if schema is None or body is None else self._problems(template, schema, body)

    def _operation(self, method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
        fitting = [
            (template, operations[method.lower()])
            for pattern, template, operations in self._paths
            if pattern.fullmatch(path) and method.lower() in operations
        ]
        return min(fitting, key=lambda one: one[0].count("{"), default=None)

    def _problems(self, path: str, schema: Mapping[str, Any], body: Any) -> list[str]:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = json.loads(key.replace('"#/', f'"{NAME}#/'))
            self._validators[key] = Draft202012Validator(whole, registry=self._registry)
        found = self._validators[key].iter_errors(body)
        return [f"{path}: {'/'.join(map(str, one.absolute_path))}: {one.message[:200]}" for one in found]


def single(value: float) -> float:
    """The 32-bit float that the database keeps."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def singles(value: Any) -> Any:
    """A body with its numbers as 32-bit floats."""
    if isinstance(value, dict):
        return {key: singles(one) for key, one in value.items()}
    if isinstance(value, list):
        return [singles(one) for one in value]
    return single(value) if isinstance(value, float) else value


@dataclass
class Unit:
    """A level: what is said of it, and its features by id and first day."""

    about: dict[str, Any]
    features: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def take(self, body: Mapping[str, Any]) -> None:
        """Put features in, each with its own period or that of the body.

        One that begins later than those of its id ends the last of them on the day before.
        """
        period = body["periodOfValidity"]
        collection = json.loads(body["geoJsonString"])
        before = {} if not body.get("isPartialUpdate") else dict(self.features)
        self.features = dict(before)
        for feature in collection["features"]:
            own = feature["properties"]
            own["validStartDate"] = own.get("validStartDate") or period["startDate"]
            own["validEndDate"] = own.get("validEndDate") or period.get("endDate")
            starts = [start for code, start in before if code == own["ID"]]
            if starts and max(starts) < own["validStartDate"]:
                last = date.fromisoformat(own["validStartDate"]) - timedelta(days=1)
                self.features[own["ID"], max(starts)]["properties"]["validEndDate"] = last.isoformat()
            self.features[own["ID"], own["validStartDate"]] = feature


@dataclass
class Indicator:
    """An indicator: what is said of it, and numbers by level, feature and day."""

    about: dict[str, Any]
    values: dict[str, dict[str, dict[str, float | None]]] = field(default_factory=dict)


class StandIn:
    """The server. `address` and `token_address` are what an office would write down."""

    def __init__(self, interface: Interface, token_seconds: float = 300.0) -> None:
        self.interface, self.token_seconds = interface, token_seconds
        self.topics: dict[str, dict[str, Any]] = {}
        self.units: dict[str, Unit] = {}
        self.indicators: dict[str, Indicator] = {}
        self.asked: list[tuple[str, str]] = []
        self.violations: list[str] = []
        self.faults: dict[int, Fault] = {}
        self.all_from: tuple[int, Fault] | None = None
        self.keeps_old_numbers = self.lists_nothing = False
        self.bytes_received = 0
        self._tokens: dict[str, float] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        host = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.address = f"{host}/data-management"
        self.token_address = f"{host}/realms/kommonitor/protocol/openid-connect/token"

    @contextmanager
    def running(self) -> Iterator[StandIn]:
        """The server, answering."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def state(self) -> dict[str, Any]:
        """All that is there, by names instead of ids: two servers with the same state compare equal."""
        names = {key: unit.about["spatialUnitLevel"] for key, unit in self.units.items()}
        topics = {key: one["topicName"] for key, one in self.topics.items()}

        def said(about: Mapping[str, Any]) -> dict[str, Any]:
            own = copy.deepcopy(dict(about))
            own["topicReference"] = topics.get(own["topicReference"], own["topicReference"])
            for item in own["defaultClassificationMapping"]["items"]:
                item["spatialUnitId"] = names.get(item["spatialUnitId"], "gone")
            return own

        return {
            "topics": sorted(topics.values()),
            "levels": {
                names[key]: ({**unit.about, "spatialUnitId": ""}, sorted(map(repr, unit.features.values())))
                for key, unit in self.units.items()
            },
            "indicators": sorted(
                canonical_json(
                    [
                        said(one.about),
                        {names[key]: table for key, table in one.values.items() if key in names},
                    ]
                )
                for one in self.indicators.values()
            ),
        }

    def numbers(self, abbreviation: str, level: str) -> dict[tuple[str, str], float]:
        """Numbers of an indicator by area and day; empty cells left out."""
        (one,) = (one for one in self.indicators.values() if one.about["abbreviation"] == abbreviation)
        (unit,) = (key for key, unit in self.units.items() if unit.about["spatialUnitLevel"] == level)
        return {
            (code, day): number
            for code, days in one.values.get(unit, {}).items()
            for day, number in days.items()
            if number is not None
        }

    # What the paths do

    def token(self, form: Mapping[str, list[str]]) -> tuple[int, Any]:
        """A token for the right secret."""
        wanted = {"grant_type": ["client_credentials"], "client_id": [CLIENT], "client_secret": [SECRET]}
        if form != wanted:
            return 401, {"error": "unauthorized_client", "error_description": f"wrong: {form}"}
        token = f"token-{uuid4().hex}"
        self._tokens[token] = time.monotonic() + self.token_seconds
        return 200, {"access_token": token, "expires_in": self.token_seconds, "token_type": "Bearer"}

    def may(self, header: str) -> bool:
        """Whether a bearer's token holds."""
        return self._tokens.get(header.removeprefix("Bearer "), 0.0) > time.monotonic()

    def do(self, method: str, path: str, body: Any, *, half: bool = False) -> tuple[int, Any]:
        """Carry out a request that the interface allows."""
        parts = path.strip("/").split("/")
        match (method, *parts):
            case ("GET", "public", "topics"):
                return 200, [] if self.lists_nothing else [*self.topics.values()]
            case ("GET", "public", "topics", key) if key in self.topics:
                return 200, self.topics[key]
            case ("POST", "topics"):
                key = uuid4().hex
                self.topics[key] = {**body, "topicId": key, "displayOrder": 0}
                return 201, self.topics[key]
            case ("GET", "spatial-units"):
                return 200, [] if self.lists_nothing else [unit.about for unit in self.units.values()]
            case ("GET", "spatial-units", key) if key in self.units:
                return 200, self.units[key].about
            case ("POST", "spatial-units"):
                if any(
                    unit.about["spatialUnitLevel"] == body["spatialUnitLevel"] for unit in self.units.values()
                ):
                    return 409, {"message": "exists"}
                key = uuid4().hex
                about = {
                    name: body[name]
                    for name in body
                    if name not in ("geoJsonString", "periodOfValidity", "jsonSchema")
                }
                self.units[key] = Unit({**about, "spatialUnitId": key, "userPermissions": ["creator"]})
                self.units[key].take(body)
                return 201, self.units[key].about
            case ("PUT", "spatial-units", key) if key in self.units:
                self.units[key].take(body)
                return 200, None
            case ("GET", "spatial-units", key, "allFeatures") if key in self.units:
                features = [*self.units[key].features.values()]
                return 200, {"type": "FeatureCollection", "features": features}
            case ("GET", "indicators"):
                return 200, [] if self.lists_nothing else [self._overview(key) for key in self.indicators]
            case ("POST", "indicators"):
                key = uuid4().hex
                self.indicators[key] = Indicator(singles({**body, "regionalReferenceValues": []}))
                return 201, self._overview(key)
            case ("GET", "indicators", key) if key in self.indicators:
                return 200, self._overview(key)
            case ("PATCH", "indicators", key) if key in self.indicators:
                self.indicators[key].about |= singles(body)
                return 200, None
            case ("PUT", "indicators", key) if key in self.indicators:
                return self._take(self.indicators[key], body, half=half)
            case ("GET", "indicators", key, unit, "without-geometry") if key in self.indicators:
                return self._table(self.indicators[key], unit)
        return 404, {"message": "Not Found"}

    def _take(self, indicator: Indicator, body: Mapping[str, Any], *, half: bool) -> tuple[int, Any]:
        wanted = body["applicableSpatialUnit"]
        unit = next((key for key, one in self.units.items() if one.about["spatialUnitLevel"] == wanted), None)
        rows = body["indicatorValues"]
        if unit is None:
            return 404, {"message": f"no spatial unit {wanted}"}
        if not rows:
            return 500, {"message": "submitted put body included null or empty list of indicatorValues"}
        table = indicator.values.setdefault(unit, {})
        for row in rows[: len(rows) // 2] if half else rows:
            days = table.setdefault(row["spatialReferenceKey"], {})
            for cell in row["valueMapping"]:
                number = cell["indicatorValue"]
                if number is None and self.keeps_old_numbers:
                    continue
                days[cell["timestamp"]] = None if number is None else single(number)
        return 200, None

    def _table(self, indicator: Indicator, unit: str) -> tuple[int, Any]:
        if unit not in self.units or unit not in indicator.values:
            return 404, {"message": "no values for this spatial unit"}
        table = indicator.values[unit]
        days = sorted({day for own in table.values() for day in own})
        return 200, [
            {
                "id": own["ID"],
                "name": own["NAME"],
                "validStartDate": own["validStartDate"],
                "validEndDate": own["validEndDate"],
                **{f"DATE_{day}": table.get(own["ID"], {}).get(day) for day in days},
            }
            for own in (feature["properties"] for feature in self.units[unit].features.values())
        ]

    def _overview(self, key: str) -> dict[str, Any]:
        one = self.indicators[key]
        hidden = ("datasetName", "refrencesToOtherIndicators", "refrencesToGeoresources")
        about = {name: value for name, value in one.about.items() if name not in hidden}
        units = [
            {"spatialUnitId": unit, "spatialUnitName": self.units[unit].about["spatialUnitLevel"]}
            for unit in one.values
            if unit in self.units
        ]
        days = {day for table in one.values.values() for own in table.values() for day in own}
        return {
            **about,
            "indicatorId": key,
            "indicatorName": one.about["datasetName"],
            "applicableSpatialUnits": units,
            "applicableDates": sorted(days),
        }

    # HTTP

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                stand_in._answer(self, "GET")

            def do_POST(self) -> None:
                stand_in._answer(self, "POST")

            def do_PUT(self) -> None:
                stand_in._answer(self, "PUT")

            def do_PATCH(self) -> None:
                stand_in._answer(self, "PATCH")

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        sent = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.bytes_received += len(sent)
        self.asked.append((method, handler.path))
        number = len(self.asked)
        fault = self.faults.get(number)
        if self.all_from is not None and number >= self.all_from[0]:
            fault = self.all_from[1]
        if fault == "cut before":
            return _cut(handler)
        if fault in ("500", "503", "401"):
            return _send(handler, int(fault), {"message": f"fault {fault}"})
        if fault == "error with 200":
            return _send(
                handler, 200, {"status": 500, "error": "Internal Server Error", "path": handler.path}
            )
        if fault == "words with 200":
            return _send(handler, 200, {"message": "Wartungsarbeiten"})
        status, body = self._judged(handler, method, sent, half=fault == "half")
        if fault == "cut after":
            return _cut(handler)
        if fault == "half":
            return _send(handler, 500, {"message": "fault half"})
        return _send(handler, status, body)

    def _judged(
        self, handler: BaseHTTPRequestHandler, method: str, sent: bytes, *, half: bool
    ) -> tuple[int, Any]:
        if handler.path.endswith("/token"):
            return self.token(parse_qs(sent.decode(), keep_blank_values=True))
        if not self.may(handler.headers.get("Authorization") or ""):
            return 401, {"message": "Unauthorized"}
        path = handler.path.removeprefix("/data-management")
        body = json.loads(sent) if sent else None
        if problems := self.interface.problems_of_request(method, path, body):
            self.violations += problems
            return 405, {"message": problems[0]}
        status, answer = self.do(method, path, body, half=half)
        if status < 300 and not path.endswith(("/allFeatures", "/without-geometry")):
            self.violations += [
                f"answer: {one}" for one in self.interface.problems_of_answer(method, path, answer)
            ]
        return status, answer


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def _send(handler: BaseHTTPRequestHandler, status: int, body: Any) -> None:
    text = b"" if body is None else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(text)))
    handler.end_headers()
    handler.wfile.write(text)
