# shellcheck shell=bash disable=SC2154
# Sourced by scripts/package. The tarball: the programs with the libraries that they need, in a folder that can be put
# anywhere on a Linux whose glibc is as new as that of the build.

tarball_name=flow-service-mock-$version-linux-$(uname -m)

tarball_make() {
  local tree=$work/$tarball_name program
  install "${build_packages[@]}" help2man patchelf
  configure build-package -Dtests=disabled --prefix=/
  compile build-package
  meson install -C "$root/build-package" --no-rebuild --quiet --strip --tags runtime --destdir "$tree"
  "$root/packaging/man-pages" "$tree/bin" "$version" "$tree/share/man/man1"
  bundle_libraries "$tree"
  for program in "$tree"/bin/*; do
    # shellcheck disable=SC2016
    patchelf --set-rpath '$ORIGIN/../lib' "$program"
  done
  # The same tree makes the same file.
  tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    -c "$tarball_name" | gzip -9n >"$dist/$tarball_name.tar.gz"
}

# bundle_libraries TREE: copies into lib/ the libraries of the programs in bin/, except glibc's; and into licenses/ the
# licences of these and of the libraries that are compiled into the programs.
bundle_libraries() {
  local tree=$1 licenses=$1/share/doc/flow-service-mock/licenses needed package path packages=()
  mkdir -p "$tree/lib" "$licenses"
  # The programs load libcurl and libpq themselves, so ldd alone does not list them. A package's list of files has /lib or /usr/lib.
  needed=$(LD_PRELOAD='libcurl.so.4 libpq.so.5' ldd "$tree"/bin/* | awk '$3 ~ /^\// { print "*" $3 }' | sort -u)
  while IFS=': ' read -r package _ path; do
    [[ $package == libc6 ]] && continue
    cp "$path" "$tree/lib/"
    # shellcheck disable=SC2016
    patchelf --set-rpath '$ORIGIN' "$tree/lib/${path##*/}"
    packages+=("$package")
  done < <(xargs dpkg-query -S <<<"$needed")

  for package in "${build_packages[@]}"; do
    [[ $package == *-dev && $package != dpkg-dev ]] && packages+=("$package")
  done
  for package in "${packages[@]}"; do
    cp "/usr/share/doc/$package/copyright" "$licenses/$package"
  done
  cp "$root/mock_server/console/vendor/LICENSES.txt" "$licenses/console" # of what the mock's console is made with
  cp -rL /usr/share/common-licenses "$licenses/" # those that the files name
  {
    echo "Packages whose libraries are in lib/ or are compiled into the programs. Their sources:"
    echo "https://snapshot.debian.org/package/SOURCE/VERSION/"
    echo
    dpkg-query -W -f '${Package} ${Version}, source ${source:Package} ${source:Version}\n' "${packages[@]}" | sort -u
  } >"$licenses/PACKAGES"
}

tarball_check() {
  local suite system folder
  install curl debian-archive-keyring debootstrap iproute2 python3
  for suite in bookworm trixie; do
    say "unpacking the tarball in a fresh Debian $suite"
    system=$work/$suite
    folder=/opt/$tarball_name
    "$root/packaging/fresh-debian" "$suite" "$system"
    tar -x -C "$system/opt" -f "$dist/$tarball_name.tar.gz"
    tarball_check_libraries "$system" "$folder"
    say "running README's first screen in it"
    "$root/packaging/first-screen" "$system" "$folder/bin"
    rm -rf --one-file-system "$system"
  done
}

# tarball_check_libraries SYSTEM FOLDER: only glibc comes from the system, whatever else it has.
tarball_check_libraries() {
  local foreign
  foreign=$(
    chroot "$1" sh -c "for file in $2/bin/* $2/lib/*; do ldd \$file; done" | awk '$2 == "=>" { print $3 }' | sort -u |
      grep -v "^$2/" | grep -vE '/lib(c|m|resolv)\.so\.[0-9]$'
  ) || return 0
  say "not from the tarball: $foreign"
  return 1
}
