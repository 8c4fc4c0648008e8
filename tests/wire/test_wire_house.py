"""Nobody else speaks to the network, and nobody at all sends by a hand that sends twice.

A provider's own kit retries a paid POST (some for an hour); a retry library does by design.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIRE = ROOT / "core" / "providers" / "wire"
KITS = (
    "openrouter",
    "openai",
    "replicate",
    "fal_client",
    "volcenginesdk",
    "volcengine",
    "byteplus",
    "google.genai",
    "google.generativeai",
)
RETRIERS = ("tenacity", "backoff", "stamina", "retrying", "retry", "urllib3", "requests", "aiohttp")
NETWORK = ("httpx", "httpcore", "socket", "ssl", "http.client", "urllib.request", "ftplib", "smtplib")


@cache
def imports(path: Path) -> set[str]:
    """Every absolute module a file names in an import, at whatever depth of the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def uses(path: Path, names: tuple[str, ...], *, prefixes: bool = False) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for name in sorted(imports(path))
        for banned in names
        if name == banned or name.startswith(f"{banned}.") or (prefixes and name.startswith(banned))
    ]


def test_no_module_imports_a_providers_kit() -> None:
    assert modules("core")
    # Adapters live in modules of the same names below core, which is why only absolute names count.
    assert [line for path in modules("core", "tui") for line in uses(path, KITS, prefixes=True)] == []


def test_no_module_imports_a_retry_library() -> None:
    assert [line for path in modules("core", "tui") for line in uses(path, RETRIERS)] == []


def test_only_the_wire_speaks_to_the_network() -> None:
    outside = [path for path in modules("core", "tui") if WIRE not in path.parents]
    assert [line for path in outside for line in uses(path, NETWORK)] == []
    assert any(uses(path, ("httpx",)) for path in modules("core/providers/wire"))


def test_no_kit_and_no_retry_library_is_a_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {
        line.split(">")[0].split("=")[0].split("<")[0].strip().lower() for line in project["dependencies"]
    }
    kits = {name.replace("_", "-").replace(".", "-") for name in (*KITS, *RETRIERS)}
    assert not named & kits


@pytest.mark.parametrize("module", ["client", "site", "reply", "catalogue", "replies", "pictures", "magic"])
def test_an_adapter_costs_no_http_library_until_it_asks(module: str) -> None:
    code = f"import sys, core.providers.wire.{module}; print(*(sys.modules.keys() & {{'httpx', 'httpcore'}}))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == ""
