# For bash, after `. setup.sh`: `. bench/gpu/measure.sh FOLDER` measures everything within five minutes, into FOLDER. Then, on
# the machine that has the repository, `node bench/gpu/report.ts FOLDER` writes the tables.
out=$1
mkdir -p "$out"
./node bench/gpu/tasks.ts > "$out/tasks.json"
FIGURES_SECONDS=${FIGURES_SECONDS:-170} ./node bench/gpu/figures.ts data > "$out/couture.json" 2> "$out/couture.err"
# Each library may have a Python of its own.
python_with() {
  for python in python3 /opt/*/.venv/bin/python /opt/*/bin/python; do
    "$python" -c "import $1" 2> /dev/null && echo "$python" && return
  done
  echo "no Python has $1" >&2
  echo false
}
quick=${SMOKE_LIGHT:+quick}
timeout 60 "$(python_with torch)" bench/gpu/pytorch.py "$out/tasks.json" $quick > "$out/pytorch.json" 2> "$out/pytorch.err"
jax=$(python_with jax)
timeout 60 "$jax" bench/gpu/jax_steps.py "$out/tasks.json" $quick > "$out/jax-gpu.json" 2> "$out/jax-gpu.err"
JAX_PLATFORMS=cpu timeout 50 "$jax" bench/gpu/jax_steps.py "$out/tasks.json" $quick > "$out/jax-cpu.json" 2> "$out/jax-cpu.err"
tail -n 3 "$out"/*.err
ls -l "$out"
