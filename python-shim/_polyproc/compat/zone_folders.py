"""`zoneinfo.TZPATH`: where the system's time zones are. GraalPy 25.0.3 was built without that variable."""
# Needed while: import sysconfig; not sysconfig.get_config_var("TZPATH")

import os
import sysconfig

_FOLDERS = ("/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo")
"""Those that CPython is built with."""


def install(module):
    """Lets the module find the system's zones."""
    variables = sysconfig.get_config_vars()
    if not variables.get("TZPATH"):
        variables["TZPATH"] = os.pathsep.join(_FOLDERS)
        module.reset_tzpath()
