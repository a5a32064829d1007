"""The steps from nothing to a service, as README.md has them, with the paths that hold here."""

import json
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digest import DISTRIBUTION
from digest.bundled import bundled

_SYSTEM_STEPS = """\
# From nothing to a service of this machine, as root; the units have a reason for each line:
python3 -m venv /opt/digest && /opt/digest/bin/pip install {source}
ln -sf /opt/digest/bin/digest /usr/local/bin/digest
install -D -m 644 {units}/digest.sysusers /etc/sysusers.d/digest.conf && systemd-sysusers
install -D -m 644 {units}/digest.tmpfiles /etc/tmpfiles.d/digest.conf && \
systemd-tmpfiles --create digest.conf
cp {units}/digest*.service {units}/digest*.timer /etc/systemd/system/ && systemctl daemon-reload
digest init /etc/digest/config.toml      # edit it, then: digest check
systemctl enable --now digest.service    # or digest-send.timer instead
"""

_USER_STEPS = """\
# From nothing to a service of your own:
mkdir -p ~/.config/digest && digest init ~/.config/digest/config.toml  # then edit it
mkdir -p ~/.config/systemd/user
printf '%s\\n' '[Service]' 'Type=notify' 'ExecStart={digest} run' \
  'ExecReload=/bin/kill -HUP $MAINPID' 'Restart=on-failure' 'RestartPreventExitStatus=2' \
  '[Install]' 'WantedBy=default.target' > ~/.config/systemd/user/digest.service
systemctl --user daemon-reload && systemctl --user enable --now digest.service
loginctl enable-linger  # it runs while you are away, too
"""


def service_steps(*, of_user: bool) -> str:
    """Return shell commands for a service of the machine, or of the user who asks."""
    steps = _USER_STEPS if of_user else _SYSTEM_STEPS
    program = Path(sys.argv[0]).resolve()
    return steps.format(units=bundled("systemd"), digest=program, source=_source()).rstrip()


def _source() -> str:
    """Return what pip is to install: the checkout that this program came from, or its name."""
    try:
        origin = distribution(DISTRIBUTION).read_text("direct_url.json")  # PEP 610
    except PackageNotFoundError:
        origin = None
    parts = urlsplit(json.loads(origin)["url"]) if origin else None
    return unquote(parts.path) if parts and parts.scheme == "file" else DISTRIBUTION
