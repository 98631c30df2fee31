# For bash, on a machine without network: `. setup.sh` unpacks what pack.sh made, from its own folder to /tmp/couture.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p /tmp/couture/node_modules/webgpu/dist/linux-x64 /tmp/couture/data
for package in "$here"/*.deb; do [ -e "$package" ] && dpkg -x "$package" /; done
ldconfig
tar -xJf "$here/project.tar.xz" -C /tmp/couture &
xz -dc "$here/node.xz" > /tmp/couture/node && chmod +x /tmp/couture/node &
xz -dc "$here/dawn.node.xz" > /tmp/couture/node_modules/webgpu/dist/linux-x64/dawn.node &
for file in "$here"/*-ubyte.xz; do
  [ -e "$file" ] && xz -dc "$file" > "/tmp/couture/data/$(basename "$file" .xz)" &
done
wait
driver=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "$VK_ICD_FILENAMES" ] && [ -e "$driver" ]; then export VK_DRIVER_FILES=$driver; fi
cd /tmp/couture
