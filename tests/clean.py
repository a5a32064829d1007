"""What the tests find around them is the same on every machine."""

import atexit
import shutil
import signal
import tempfile
from collections.abc import MutableMapping

KEPT = frozenset({
    "PATH", "CI", "TMPDIR", "VIRTUAL_ENV", "COVERAGE_PROCESS_START",
    "DIGEST_SNAPSHOTS", "DIGEST_TEST_POSTGRESQL",
})  # fmt: skip
"""What tells the tests where they are and what to do; PYTEST_ and PIP_ beside them."""


def start(environ: MutableMapping[str, str]) -> None:
    """Leave of the environment what belongs to the tests, with a home of their own.

    What systemd, a shell or a person has set (DIGEST_CONFIG, STATE_DIRECTORY, NO_COLOR, TZ, LANG,
    PYTHONUNBUFFERED, …) would decide what a test sees; what runs here runs with `env -i`, too.
    """
    for name in set(environ) - KEPT:
        if not name.startswith(("PYTEST_", "PIP_")):
            del environ[name]
    # A shell ignores SIGINT for what it runs in the background, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home = tempfile.mkdtemp(prefix="digest-tests-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    environ |= {"HOME": home, "OPENBLAS_NUM_THREADS": "1"}  # one thread, as the command line has it
