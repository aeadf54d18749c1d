# Makes .venv beside the sources and installs the collector into it, once; sourced by try and test.
# Usage: . environment.sh; prepare [extra]

find_python() {
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "collector: Python 3.11 or newer is needed; on Debian 12: sudo apt install python3 python3-venv" >&2
    exit 69
}

prepare() {
    extra=${1:+[$1]}
    stamp=".venv/installed${1:+-$1}"
    if [ "$stamp" -nt pyproject.toml ]; then
        return
    fi
    python=$(find_python) || exit
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "collector: Python's venv is missing: sudo apt install python$version-venv" >&2
        exit 69
    fi
    echo "collector: setting up .venv, once" >&2
    [ -x .venv/bin/pip ] || "$python" -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --editable ".$extra"
    touch "$stamp"
}
