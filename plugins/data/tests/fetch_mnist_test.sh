#!/usr/bin/env bash
# Tests tools/fetch-mnist against a server on this machine. Exit status 77: skipped, no Python.
set -euo pipefail
tool=$(cd "$(dirname "$0")/../../.." && pwd)/tools/fetch-mnist
python=$(command -v /usr/bin/python3 || command -v python3) || exit 77
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

# Serves a folder, with byte ranges unless its name has "norange" in it; logs "name range".
cat >"$work/server.py" <<'PYTHON'
import http.server, socketserver, sys
root, log = sys.argv[1:3]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range", "")
        with open(log, "a") as f: f.write(f"{self.path} {wanted}\n")
        try: data = open(root + self.path, "rb").read()
        except OSError: return self.send_error(404)
        first = 0
        if wanted and "norange" not in self.path:
            first = int(wanted[len("bytes="):].split("-")[0])
            if first >= len(data): return self.send_error(416)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        else: self.send_response(200)
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        self.wfile.write(data[first:])
    def log_message(self, *args): pass
server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
PYTHON

mkdir -p "$work/www/good" "$work/www/norange" "$work/www/bad"
head -c 50000 /dev/urandom | base64 >"$work/images"
echo "a few labels" >"$work/labels"
for name in images labels; do
  gzip -nc "$work/$name" | tee "$work/www/good/$name.gz" >"$work/www/norange/$name.gz"
done
echo "something else" | gzip -nc | tee "$work/www/bad/images.gz" >"$work/www/bad/labels.gz"
(cd "$work" && sha256sum images labels) >"$work/sums"
"$python" "$work/server.py" "$work/www" "$work/log" >"$work/port" 2>"$work/server.err" &
server=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break || sleep 0.1; done
base=http://127.0.0.1:$(cat "$work/port")

die() { echo "FAILED: $1" >&2; cat "$work/out" "$work/err" "$work/log" >&2 || true; exit 1; }
fetch() {
  : >"$work/log"
  "$tool" --dir "$work/data" --checksums "$work/sums" "$@" >"$work/out" 2>"$work/err" </dev/null
}
expect_files() {
  for name in images labels; do
    cmp -s "$work/www/good/$name.gz" "$work/data/$name.gz" || die "$1: $name.gz is not what was served"
    [ ! -e "$work/data/$name.gz.part" ] || die "$1: a part is left"
  done
}
requests() { grep -c "$1" "$work/log" || true; }
part=$work/data/images.gz.part

fetch --base-url "$base/good/" || die "a download into a new folder"
expect_files "a download into a new folder"

fetch --base-url "$base/good" || die "a second call"
[ "$(requests .)" = 0 ] || die "a second call asks the server again"
grep -q "images.gz: there already" "$work/out" || die "a second call says what is there"

rm "$work/data/images.gz" && head -c 20000 "$work/www/good/images.gz" >"$part"
fetch --base-url "$base/good" || die "going on with a part"
expect_files "going on with a part"
grep -q "images.gz bytes=20000-" "$work/log" || die "going on with a part asks for the rest only"

rm "$work/data/images.gz" && head -c 20000 "$work/www/good/images.gz" >"$part"
fetch --base-url "$base/norange" || die "a part, and a server without ranges"
expect_files "a part, and a server without ranges"

rm "$work/data/images.gz" && cp "$work/www/good/images.gz" "$part"
fetch --base-url "$base/good" || die "a part that is whole"
expect_files "a part that is whole"

rm "$work/data/images.gz" && head -c 20000 /dev/urandom >"$part"
fetch --base-url "$base/good" || die "a part of something else"
expect_files "a part of something else"

rm "$work/data/images.gz" && head -c 90000 /dev/urandom >"$part"
fetch --base-url "$base/good" || die "a part longer than the file"
expect_files "a part longer than the file"

echo damaged >"$work/data/labels.gz"
fetch --base-url "$base/missing" --base-url "$base/bad" --base-url "$base/good" || die "the third mirror"
expect_files "the third mirror"

rm -r "$work/data"
! fetch --base-url "$base/bad" || die "another content is taken"
grep -q "$base/bad/images.gz: the SHA-256 of its content is .*; expected $(cut -d' ' -f1 "$work/sums" | head -n 1)" \
  "$work/err" || die "another content: message"
[ -z "$(ls "$work/data")" ] || die "another content is left"

! fetch --base-url "$base/missing" || die "a missing file is no error"
grep -q "missing/images.gz: curl: (22).*404" "$work/err" || die "a missing file: message"

! fetch --bse-url x || die "an unknown option is no error"
grep -q "unknown argument '--bse-url'" "$work/err" || die "an unknown option: message"
! fetch --base-url || die "an option without value is no error"
! fetch --checksums "$work/none" || die "unreadable checksums are no error"

mkdir -p "$work/data"
exec 8<"$work/data" && flock 8
! fetch --base-url "$base/good" || die "two at once"
grep -q "another fetch-mnist is at work" "$work/err" || die "two at once: message"
