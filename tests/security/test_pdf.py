"""What stands in a page cannot make its PDF fetch a file of this machine or an address."""

import http.server
import io
import threading

import pikepdf

from beteiligung.web.pdf import to_pdf


def test_a_page_fetches_neither_files_nor_addresses(tmp_path):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "secret.css"
    secret.write_text("body::before{content:'GEHEIM'}")
    for address in (secret.as_uri(), f"http://127.0.0.1:{server.server_port}/x"):
        made = to_pdf(
            f'<html lang="de"><head><title>x</title><link rel="stylesheet" href="{address}"><link rel="attachment" href="{address}">'
            f"<style>@import url({address});body{{background:url({address})}}@font-face{{font-family:a;src:url({address})}}</style></head>"
            f'<body><img src="{address}" alt="a"><object data="{address}">x</object><a rel="attachment" href="{address}">a</a></html>'
        )
        assert not pikepdf.open(io.BytesIO(made)).attachments
        assert b"EmbeddedFile" not in made
    server.shutdown()
    server.server_close()
    assert asked == []
