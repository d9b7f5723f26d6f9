# shellcheck shell=bash disable=SC2154
# Sourced by scripts/package. An OCI image of the programs, with nothing but what they need: their libraries, glibc, and
# certificate authorities. It is made without an engine and without a base image.

container_archive=$dist/flow-service-mock-$version-linux-$(uname -m).oci.tar

container_make() {
  local tree=$work/image image=$work/layout:$version loader library
  install "${build_packages[@]}" ca-certificates help2man patchelf skopeo umoci
  # shellcheck source=packaging/tarball.sh
  . "$root/packaging/tarball.sh"
  [[ -d $work/$tarball_name ]] || tarball_make

  mkdir -p "$tree/etc/ssl/certs" "$tree/tmp" "$tree/usr/share"
  chmod 1777 "$tree/tmp"
  cp -r "$work/$tarball_name"/{bin,lib} "$tree/usr/"
  cp -r "$work/$tarball_name"/share/{doc,flow-service-mock} "$tree/usr/share/"
  # glibc, at the places where the programs and the loader look for it.
  loader=$(patchelf --print-interpreter "$tree/usr/bin/flow-mock")
  for library in libc.so.6 libm.so.6 libresolv.so.2; do
    cp "$(g++ -print-file-name=$library)" "$tree/usr/lib/"
  done
  mkdir -p "$tree${loader%/*}"
  cp "$loader" "$tree$loader"
  cp /usr/share/doc/libc6/copyright "$tree/usr/share/doc/flow-service-mock/licenses/libc6"
  # Without the authorities that somebody has added to this machine.
  cat /usr/share/ca-certificates/mozilla/*.crt >"$tree/etc/ssl/certs/ca-certificates.crt"
  cp /usr/share/doc/ca-certificates/copyright "$tree/usr/share/doc/flow-service-mock/licenses/ca-certificates"
  echo 'flow-mock:x:65532:65532::/tmp:/sbin/nologin' >"$tree/etc/passwd"
  echo 'flow-mock:x:65532:' >"$tree/etc/group"

  umoci init --layout "$work/layout"
  umoci new --image "$image"
  umoci insert --rootless --image "$image" "$tree" / # whoever makes it, the files are root's
  # flowctl, started in the container, is to call the mock there.
  umoci config --image "$image" \
    --config.user 65532:65532 --config.workingdir /tmp --config.exposedports 8080/tcp --config.stopsignal SIGTERM \
    --config.env PATH=/usr/bin --config.env FLOW_BASE_URL=http://127.0.0.1:8080 \
    --config.entrypoint flow-mock --config.entrypoint --host --config.entrypoint 0.0.0.0 \
    --config.label org.opencontainers.image.title=flow-service-mock \
    --config.label "org.opencontainers.image.description=Mock server of Adobe Flow Service" \
    --config.label "org.opencontainers.image.version=$version" \
    --config.label org.opencontainers.image.licenses=Apache-2.0
  rm -f "$container_archive"
  skopeo copy --quiet "oci:$image" "oci-archive:$container_archive:flow-service-mock:$version"
}

container_check() {
  local bundle=$work/bundle
  install curl iproute2 jq python3 skopeo umoci
  say "reading the image: every digest, what it starts, and as whom"
  skopeo copy --quiet "oci-archive:$container_archive" "oci:$work/read:$version"
  umoci unpack --image "$work/read:$version" "$bundle"
  jq -e --arg version "$version" '.process.user.uid == 65532 and .process.args == ["flow-mock", "--host", "0.0.0.0"]
    and .annotations["org.opencontainers.image.version"] == $version' "$bundle/config.json" >/dev/null

  say "starting it in its root, and asking for its health"
  unshare --net "$root/packaging/container-health" "$bundle"
  say "running README's first screen in its root"
  "$root/packaging/first-screen" "$bundle/rootfs" /usr/bin
}
