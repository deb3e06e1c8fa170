# Shared by demo, test and check: finds Python, makes .venv, installs. To be sourced, under `set -euo pipefail`.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="$root/.venv"
skia_packages=(libgl1 libegl1 libexpat1) # what Skia's wheel takes from the system

say() { printf '%s\n' "$*" >&2; }

# Print the first Python that is new enough; $PYTHON, when set, is the only candidate.
find_python() {
    local candidate
    local candidates=("${PYTHON:-}")
    [[ -n "${PYTHON:-}" ]] || candidates=(python3 python3.13 python3.12 python3.11 python)
    for candidate in "${candidates[@]}"; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    say "No Python 3.11 or newer found (tried: ${candidates[*]}). Install one, or set PYTHON to it."
    return 1
}

# Install Debian packages where we may; elsewhere say which are needed, and fail.
need_packages() {
    if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
        say "Installing ${*} …"
        export DEBIAN_FRONTEND=noninteractive
        if apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "$@" >/dev/null; then
            return
        fi
    fi
    say "Please install these packages and run this again (names as in Debian and Ubuntu):"
    say "    sudo apt-get install --no-install-recommends $*"
    return 1
}

# What an installation depends on; a change of any of it means installing again.
fingerprint() {
    { "$venv/bin/python" -VV && cat "$root/pyproject.toml" "$root/constraints.txt" && printf '%s\n' "$root"; } | cksum
}

make_venv() {
    local python
    # A .venv that was moved or whose Python has gone is made anew.
    if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then return; fi
    python="$(find_python)"
    say "Making .venv with $("$python" -V) …"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || need_packages python3-venv
    "$python" -m venv --clear "$venv"
}

# install_with [GROUP] [EXTRAS]: the package, editable, with its extras, and a dependency group; uv where it can be had,
# else pip. Where a folder of wheels is named (PIP_FIND_LINKS) torch comes from there, else as $torch_backend says.
torch_backend=cpu
install_with() {
    local python="$venv/bin/python"
    local wanted=(-e "$root${2:+[$2]}")
    local torch=(--torch-backend="$torch_backend")
    [[ -z "${1:-}" ]] || wanted+=(--group "$root/pyproject.toml:$1")
    [[ -z "${PIP_FIND_LINKS:-}" ]] || torch=(--find-links "$PIP_FIND_LINKS")
    local pip=("$python" -m pip --disable-pip-version-check install --quiet --constraint "$root/constraints.txt")
    if "${pip[@]}" uv && "$venv/bin/uv" --version >/dev/null; then
        "$venv/bin/uv" pip install --quiet --compile-bytecode --python "$python" --constraints "$root/constraints.txt" \
            --build-constraints "$root/constraints.txt" "${torch[@]}" "${wanted[@]}"
    else
        say "uv is not to be had here: installing with pip, which takes longer."
        "${pip[@]}" --upgrade pip # dependency groups need pip 25.1
        "${pip[@]}" "${wanted[@]}"
    fi
}

# setup_venv [GROUP] [EXTRAS]: after this, .venv has the package and everything of those. Does nothing the second time.
setup_venv() {
    local group="${1:-}" extras="${2:-}"
    local stamp="$venv/.installed-${group:-base}${extras:+-$extras}"
    make_venv
    if [[ "$(cat "$stamp" 2>/dev/null)" != "$(fingerprint)" ]]; then
        say "Installing loopviz${extras:+[$extras]}${group:+ and what its $group group needs} into .venv …"
        install_with "$group" "$extras"
        fingerprint >"$stamp"
    fi
    check_skia
}

# Skia's wheel needs libraries that a bare machine lacks; the first import tells.
check_skia() {
    local problem
    if problem="$("$venv/bin/python" -c 'import skia' 2>&1)"; then return; fi
    say "The drawing library does not load: ${problem##*$'\n'}"
    need_packages "${skia_packages[@]}"
    "$venv/bin/python" -c 'import skia'
}
