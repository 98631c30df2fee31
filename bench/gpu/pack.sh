#!/bin/sh
# Packs a Node binary, Dawn and the project for a machine without network: pack.sh TARGET [TRAINING_IMAGES]. Run it from the
# project's root after `npm install`; the data set's IDX files are taken from $DATA, libvulkan1's .deb from $DEBS, if set.
set -e
target=$1
images=${2:-0}
mkdir -p "$target"
if [ ! -e "$target/node.xz" ]; then
  cp node_modules/node/bin/node "$target/node" && strip "$target/node"
  xz --x86 --lzma2=preset=9e,dict=64MiB "$target/node"
fi
[ -e "$target/dawn.node.xz" ] || xz -9e -c node_modules/webgpu/dist/linux-x64/dawn.node > "$target/dawn.node.xz"
tar --exclude='*.test.ts' --exclude='dawn.node' -cJf "$target/project.tar.xz" package.json packages/*/package.json src bench/gpu bench/*.ts \
  test/contract/cases.ts test/contract/agreement.ts test/dataset-fixture.ts node_modules/zod node_modules/@noble/hashes node_modules/fast-check \
  node_modules/pure-rand node_modules/fastest-levenshtein node_modules/webgpu/index.js node_modules/webgpu/package.json
cp bench/gpu/setup.sh "$target/"
[ -z "$DEBS" ] || cp "$DEBS"/*.deb "$target/"
if [ -n "$DATA" ]; then
  for name in t10k-images-idx3-ubyte t10k-labels-idx1-ubyte; do
    [ -e "$target/$name.xz" ] || xz -9e -c "$DATA/$name" > "$target/$name.xz"
  done
  if [ "$images" -gt 0 ]; then
    head -c $((16 + 784 * images)) "$DATA/train-images-idx3-ubyte" | xz -9e > "$target/train-images-idx3-ubyte.xz"
    head -c $((8 + images)) "$DATA/train-labels-idx1-ubyte" | xz -9e > "$target/train-labels-idx1-ubyte.xz"
  fi
fi
du -sh "$target"
