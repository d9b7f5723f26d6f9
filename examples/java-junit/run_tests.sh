#!/bin/sh
# Compiles the application and its tests with the jars of Debian's packages, and runs the tests.
# usage: run_tests.sh, with FLOW_MOCK in the environment
set -eu
cd "$(dirname "$0")"

skip() {
  echo "skipped: $1"
  exit 77
}
javac --release 17 -version >/dev/null 2>&1 || skip 'there is no JDK 17 or newer; install default-jdk-headless'
jars=
for name in gson junit-jupiter-api junit-jupiter-engine junit-jupiter-params junit-platform-console; do
  jar=/usr/share/java/$name.jar
  [ -e "$jar" ] || skip "there is no $jar; install junit5 and libgoogle-gson-java"
  jars=$jars$jar:
done

classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
javac --release 17 -Xlint:all,-serial -Werror -cp "$jars" -d "$classes" ./*.java
java -cp "$jars$classes" org.junit.platform.console.ConsoleLauncher \
  --scan-classpath "$classes" --fail-if-no-tests --disable-banner --disable-ansi-colors
