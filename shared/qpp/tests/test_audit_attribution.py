"""A stack is charged to the client's line that calls a library, or to its innermost line."""

import pytest

from qpp.audit.attribution import Charge, Charging, module
from qpp.audit.stacks import Frame
from qpp.audit.tally import compiled

SITE = "/env/lib/python3.11/site-packages/"
STDLIB = "/usr/lib/python3.11/"
MAIN = Frame("<module>", "/client/main.py", 3)
HELPER = Frame("Book.best", "/client/book.py", 7)
BACK = Frame("<lambda>", "/client/main.py", 9)
PANDAS = Frame("DataFrame.apply", SITE + "pandas/core/frame.py", 100)
NUMPY = Frame("sum", SITE + "numpy/_core/fromnumeric.py", 20)
POOL = Frame("_WorkItem.run", STDLIB + "concurrent/futures/thread.py", 58)
SELECT = Frame("EpollSelector.select", STDLIB + "selectors.py", 468)
LOOP = Frame("BaseEventLoop.run_forever", STDLIB + "asyncio/base_events.py", 607)
FIND = Frame("_find_and_load", "<frozen importlib._bootstrap>", 1176)
START = Frame("main", STDLIB + "site.py", 600)


def owns(file: str) -> bool:
    return file.startswith("/client/")


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ((), Charge()),
        ((START,), Charge()),
        ((MAIN,), Charge((MAIN,))),
        ((MAIN, HELPER), Charge((MAIN, HELPER))),
        ((MAIN, PANDAS, NUMPY), Charge((MAIN,), "pandas.core.frame.apply")),
        ((MAIN, HELPER, NUMPY), Charge((MAIN, HELPER), "numpy._core.fromnumeric.sum")),
        # A callback is the time of the line that handed it to the library.
        ((MAIN, PANDAS, BACK), Charge((MAIN,), "pandas.core.frame.apply", (BACK.file, 9))),
        ((MAIN, PANDAS, BACK, NUMPY), Charge((MAIN,), "pandas.core.frame.apply", (BACK.file, 9))),
        # What only runs other functions is looked through, before the client and after.
        ((POOL, HELPER), Charge((HELPER,))),
        ((MAIN, POOL, HELPER), Charge((MAIN, HELPER))),
        ((MAIN, LOOP, SELECT), Charge((MAIN,), "asyncio.base_events.run_forever")),
        # An import is no work, unless what is imported is the client's own.
        ((MAIN, FIND, NUMPY), Charge((MAIN,), "numpy._core.fromnumeric.sum", importing=True)),
        ((MAIN, FIND), Charge((MAIN,), importing=True)),
        ((MAIN, FIND, HELPER), Charge((MAIN, HELPER))),
        ((MAIN, PANDAS, FIND), Charge((MAIN,), "pandas.core.frame.apply", importing=True)),
    ],
)
def test_whose_a_stack_is(stack: tuple[Frame, ...], expected: Charge) -> None:
    assert Charging(owns)(stack) == expected


def test_only_what_the_audited_function_calls_is_work() -> None:
    charging = Charging(owns, below="qpp_audit_call")
    call = Frame("qpp_audit_call", "/qpp/launch.py", 20)
    assert not charging((MAIN, NUMPY)).works
    assert charging((call, HELPER)) == Charge((HELPER,))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (SITE + "pandas/core/frame.py", "pandas.core.frame"),
        (SITE + "polars/__init__.py", "polars"),
        (STDLIB + "json/decoder.py", "json.decoder"),
        ("<frozen runpy>", "runpy"),
        ("<string>", "string"),
    ],
)
def test_the_import_name_of_a_file(file: str, name: str) -> None:
    assert module(file) == name


@pytest.mark.parametrize(
    ("file", "native"),
    [
        (SITE + "numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so", True),
        ("/usr/lib/libopenblas.so.0", True),
        ("src/lib.rs", True),
        ("/usr/lib/libpython3.11.so.1.0", False),
        (STDLIB + "lib-dynload/_json.cpython-311.so", False),
        ("/build/Python-3.11.7/Modules/mathmodule.c", False),
        ("_json.c", False),
    ],
)
def test_compiled_code_is_a_librarys_not_pythons(file: str, native: bool) -> None:
    memory = Frame("memcpy", "/usr/lib/libc.so.6", 0)
    assert compiled((MAIN, Frame("f", file, 0))) is native
    assert compiled((MAIN, Frame("f", file, 0), memory)) is native  # the caller's
    assert not compiled((MAIN,))


def test_what_numpy_does_around_an_operation_is_no_work_of_compiled_code() -> None:
    numpy = "numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so"
    around = ("ufunc_generic_fastcall", "PyArray_NewFromDescr_int", "simple_resolve_descriptors")
    for name in around:
        assert not compiled((MAIN, Frame(name, numpy, 0)))
        for work in (Frame("DOUBLE_add_AVX2", numpy, 0), Frame("munmap", "/usr/lib/libc.so.6", 0)):
            assert compiled((MAIN, Frame(name, numpy, 0), work))
