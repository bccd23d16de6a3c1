#!/bin/bash
# Runs grade.sbatch and merge.sbatch for real, on a Slurm cluster that is this one machine.
#
#     apt-get install --no-install-recommends slurm-wlm munge
#     deploy/slurm/one-node.sh [SOCKGRADE] [SUBMISSIONS]
#
# It has to be root. Everything stands in a temporary folder, keys included, and is ended at the end.
# It grades the class in three parts, merges them, grades it once more in one run, and compares.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export SOCKGRADE=${1:-sockgrade}
class=${2:-submissions}
work=$(mktemp -d /tmp/sockgrade-slurm-XXXXXX)
chmod 755 "$work"
pids=()
end() {
  status=$?
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  if [ "$status" -eq 0 ]; then rm -rf "$work"; else echo "what was said stands in $work" >&2; fi
}
trap end EXIT

host=$(hostname -s)
mkdir -p "$work"/munge "$work"/state "$work"/spool
head -c 1024 /dev/urandom > "$work/munge/key"
chown -R munge: "$work/munge"
chmod 700 "$work/munge"
chmod 400 "$work/munge/key"
# Its own socket, beside that of a munge that may be there.
mkdir "$work/socket"
chown munge: "$work/socket"
setpriv --reuid=munge --regid=munge --clear-groups munged --foreground \
  --socket="$work/socket/munge" --key-file="$work/munge/key" --seed-file="$work/munge/seed" \
  --log-file="$work/munge/log" --pid-file="$work/munge/pid" 2> "$work/munged.log" &
pids+=($!)

cat > "$work/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$work/socket/munge
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
ReturnToService=2
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
# Asked until it answers, or is gone.
until munge --socket="$work/socket/munge" --no-input >/dev/null 2>&1; do
  kill -0 "${pids[0]}"
done
slurmctld -D > "$work/slurmctld.log" 2>&1 &
pids+=($!)
slurmd -D > "$work/slurmd.log" 2>&1 &
pids+=($!)
until scontrol show node "$host" 2>/dev/null | grep -q 'State=IDLE'; do
  kill -0 "${pids[1]}"
  kill -0 "${pids[2]}"
  scontrol ping >/dev/null 2>&1 || true
done
sinfo

words=(--exercise tcp-echo --scenario server/basic)
array=$(sbatch --parsable --array=1-3 --output="$work/part-%a.out" \
  "$here/grade.sbatch" 3 "$class" "$work/parts" "${words[@]}")
sbatch --wait --dependency="afterany:$array" --output="$work/merge.out" \
  "$here/merge.sbatch" "$work/parts" "$work/reports"
cat "$work"/part-*.out "$work/merge.out"

# The same in one run: the same verdicts for the same people, line by line.
"$SOCKGRADE" grade "$class" --out "$work/whole" "${words[@]}" >/dev/null || [ $? -le 3 ]
cmp "$work/reports/results.jsonl" "$work/whole/results.jsonl"
echo "the parts of $(wc -l < "$work/reports/results.jsonl") submissions are what one run writes"
