"""What the environment says, and what it may not say."""

import os

import pytest

from scheduler.problems import UsageError
from scheduler.settings import settings


@pytest.mark.parametrize(
    ("credential", "field"), [("smtp-password", "smtp_password"), ("imap-password", "imap_password")]
)
def test_a_password_comes_from_its_credential_first(tmp_path, credential, field):
    variable = f"DUBAN_{field.upper()}"
    assert getattr(settings({variable: "from-env"}), field) == "from-env"
    (tmp_path / credential).write_text("from-file\n")
    assert getattr(settings({"CREDENTIALS_DIRECTORY": str(tmp_path), variable: "from-env"}), field) == "from-file"


@pytest.mark.parametrize("spoil", ["bytes", "folder", "forbidden"])
def test_a_credential_that_cannot_be_read_is_a_problem_that_names_it_and_not_its_content(tmp_path, spoil):
    file = tmp_path / "smtp-password"
    if spoil == "folder":
        file.mkdir()
    else:
        file.write_bytes("口令".encode("gb18030"))
    if spoil == "forbidden":
        file.chmod(0)
        if os.access(file, os.R_OK):
            pytest.skip("root may read everything")
    with pytest.raises(UsageError) as failure:
        settings({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    (problem,) = failure.value.problems
    assert problem.code == "credential-unreadable"
    assert "smtp-password" in problem.message.text()
    assert "口" not in problem.text()


def test_nobody_looks_for_returned_mail_unless_told():
    assert settings({}).bounces is None
    assert settings({"DUBAN_BOUNCES": ""}).bounces is None


def test_no_password_is_seen_where_the_settings_are_printed():
    found = settings({"DUBAN_SMTP_PASSWORD": "s3cret-a", "DUBAN_IMAP_PASSWORD": "s3cret-b"})
    assert (found.smtp_password, found.imap_password) == ("s3cret-a", "s3cret-b")
    assert "s3cret" not in repr(found)
