#!/bin/sh
# Gradescope runs this once, as root, when it makes the image of the autograder.
set -eu
source=${AUTOGRADER:-/autograder}/source

apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends @PACKAGES@

# Programs that are graded run as somebody else, who starts this binary as their other side.
chmod 711 "$source"
chmod 755 "$source/sockgrade" "$source/run_autograder"
if [ -d "$source/course" ]; then
  chmod -R @COURSE_RIGHTS@ "$source/course"
fi

if ! "$source/sockgrade" --version; then
  echo "setup.sh: sockgrade cannot run in this image." >&2
  echo "It was built for @BUILT_FOR@; the image has $(getconf GNU_LIBC_VERSION || echo no glibc), $(uname -m)." >&2
  echo "Choose a newer base image, or make the bundle with a sockgrade that was built on an older system." >&2
  exit 1
fi
# What the image has. What tests may do is tried again at each run, because a run may have other rights.
"$source/sockgrade" doctor || true
