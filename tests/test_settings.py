"""Keys that an installation makes by itself are whole, for nobody else, and the same in every process that starts."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from beteiligung.settings import SettingsError, load


def test_processes_that_start_at_once_get_the_same_keys(tmp_path):
    for number in range(20):
        env = {"BETEILIGUNG_VAR": str(tmp_path / str(number))}
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: load(env), range(8)))  # noqa: B023 - done before the next round
        assert len({(one.secret_key, one.vote_key) for one in found}) == 1
        keys = sorted((tmp_path / str(number) / "keys").iterdir())
        assert [path.name for path in keys] == ["secret_key", "vote_key"]
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in keys)


def test_a_password_may_stand_in_a_file(tmp_path):
    (tmp_path / "url").write_text("smtp://user:secret@mail.example.org\n")
    env = {"BETEILIGUNG_VAR": str(tmp_path), "BETEILIGUNG_SMTP_URL_FILE": str(tmp_path / "url")}
    assert load(env).smtp_url == "smtp://user:secret@mail.example.org"
    assert load({**env, "BETEILIGUNG_SMTP_URL": "smtp://other"}).smtp_url == "smtp://other"
    with pytest.raises(SettingsError, match="SMTP_URL_FILE"):
        load({**env, "BETEILIGUNG_SMTP_URL_FILE": str(tmp_path / "none")})


def test_how_lines_are_written_and_where_traces_go(tmp_path):
    env = {"BETEILIGUNG_MODE": "test", "BETEILIGUNG_VAR": str(tmp_path)}
    plain = load(env)
    assert (plain.log_format, plain.otlp_endpoint, plain.clamd_url, plain.staff_header) == ("text", None, None, None)
    said = load({**env, "BETEILIGUNG_LOG_FORMAT": "json", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"})
    assert (said.log_format, said.otlp_endpoint) == ("json", "http://collector:4318")
    with pytest.raises(SettingsError):
        load({**env, "BETEILIGUNG_LOG_FORMAT": "xml"})
