"""How every connection to a mail server is checked. There is no way to switch it off."""

from __future__ import annotations

import ssl
from pathlib import Path

from scheduler.mailing.errors import ConfigurationFailure
from scheduler.words import say


def tls_context(ca: Path | None) -> ssl.SSLContext:
    """Certificates and host names checked, TLS 1.2 or newer; an office's own authority beside the system's."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca is not None:
        try:
            context.load_verify_locations(cafile=ca)
        except OSError as error:  # ssl.SSLError is one
            message = say("不能读取根证书文件：{file}", file=ca)
            hint = say("DUBAN_SMTP_CA 应当是一个 PEM 格式的证书文件")
            raise ConfigurationFailure("smtp-ca", message, hint) from error
    return context
