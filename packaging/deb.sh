# shellcheck shell=bash disable=SC2154
# Sourced by scripts/package. Debian packages of the programs, the C++ libraries, and the helpers for Python and Node
# (packaging/debian), for the release of Debian that makes them.

deb_make() {
  local source=$root/build-deb/source maintainer date
  install "${build_packages[@]}" build-essential debhelper dh-python help2man \
    pybuild-plugin-pyproject python3-setuptools
  rm -rf "$root/build-deb"
  mkdir -p "$source"
  tar -C "$root" --exclude-vcs --exclude='./build*' --exclude=./dist -c . | tar -C "$source" -x
  cp -r "$root/packaging/debian" "$source/debian"
  maintainer=$(sed -n 's/^Maintainer: //p' "$source/debian/control")
  date=$(date -u -R -d "@$SOURCE_DATE_EPOCH")
  printf 'flow-service-mock (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$date" >"$source/debian/changelog"
  # Debian's Python has what the build needs, another one that comes first in PATH has not.
  (cd "$source" && PATH=/usr/sbin:/usr/bin:/sbin:/bin dpkg-buildpackage --build=binary --no-sign >&2)
  rm -f "$dist"/*.deb
  cp "$root"/build-deb/*.deb "$dist/"
}

deb_check() {
  local system=$work/system left
  install curl debian-archive-keyring debootstrap iproute2 lintian python3
  say "lintian"
  lintian --fail-on error "$dist"/*.deb

  say "installing the programs in a fresh Debian, and running README's first screen"
  "$root/packaging/fresh-debian" "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$system"
  echo 'APT::Install-Recommends "false"; APT::Get::Assume-Yes "true"; Dpkg::Use-Pty "false";' \
    >"$system/etc/apt/apt.conf.d/check"
  mkdir "$system/packages"
  cp "$dist"/*.deb "$system/packages/"
  inside "$system" sh -c 'apt-get -qq install /packages/flow-service-mock_*.deb'
  "$root/packaging/first-screen" "$system" /usr/bin

  say "installing the libraries and the helpers, and running the tests that use them"
  inside "$system" sh -c 'apt-get -qq install /packages/*.deb g++ libgmock-dev meson pkg-config python3-pytest'
  (cd "$root" && cp -r --parents contracts/data examples helpers/node/test "$system/root/")
  inside "$system" meson setup --wrap-mode=nofallback build examples/gtest-meson
  inside "$system" meson test -C build --print-errorlogs
  inside "$system" python3 -m pytest -q examples/python-retry-loop
  # Node looks for ES modules nowhere but in node_modules.
  mkdir "$system/root/node_modules"
  ln -s /usr/share/nodejs/flow-mock "$system/root/node_modules/"
  echo '{"type": "module"}' >"$system/root/package.json"
  inside "$system" node --test helpers/node/test/mock.test.js helpers/node/test/sandbox.test.js

  say "removing all of them"
  inside "$system" apt-get -qq purge \
    flow-service-mock libflow-mock-dev libflow-client-dev python3-flow-mock node-flow-mock
  left=$(find "$system"/{etc,usr,var/lib} -iname '*flow[-_]mock*' -o -name '*flow-service-mock*' -o -name '*flowctl*')
  if [[ -n $left ]]; then
    say "left over: $left"
    return 1
  fi
}

# inside SYSTEM COMMAND...: as root, in the home folder.
inside() {
  local system=$1
  shift
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root \
    chroot "$system" env -C /root "$@" >&2 </dev/null
}
