#!/usr/bin/env bash
# What this machine is: system, Python, GPU, kernel. Only looks; all of it goes into the report.
# Usage: facts.sh [PYTHON]
# shellcheck disable=SC2012  # what ls says is for people
set -u
python=${1:-python3}

heading() { printf '\n--- %s\n' "$1"; }

heading system
uname -a
head -n 2 /etc/os-release
date
id
nproc
free -g | sed -n 2p
df -h / /tmp | tail -n 2
ldd --version 2>&1 | head -n 1

heading Python
command -v "$python"
"$python" - <<'PYTHON'
import sys, sysconfig
print(sys.version)
print(sys.executable, sys.prefix, sys.base_prefix, sysconfig.get_path("purelib"))
print(sys.path)
PYTHON
env | grep -E '^(LD_|CUDA|NVIDIA|PYTORCH|TORCH|PATH|HOME|TMPDIR|PYTHON|OMP)' | sort

heading driver
fields=name,driver_version,memory.total,memory.used,persistence_mode,compute_mode,mig.mode.current
nvidia-smi --format=csv --query-gpu="$fields" 2>&1
nvidia-smi -q 2>/dev/null | grep -A 3 -i fabric
ls -l /dev/nvidia* /dev/nvidia-caps-imex-channels /dev/dxg /dev/dri 2>&1 | head -n 40
ls -d /proc/driver/nvidia /proc/driver/nvidia/* /sys/module/nvidia* 2>&1
head -n 60 /proc/driver/nvidia/version /proc/driver/nvidia/params 2>&1

heading libraries
ldconfig -p | grep -E 'libcuda\.|libnvidia-ml\.|libcudart|libseccomp|libcap\.|libselinux'
cat /etc/ld.so.conf.d/* 2>/dev/null | grep -v '^#' | sort -u
ls -la /usr/local/nvidia /usr/local/nvidia/* 2>&1 | head -n 60
find / -xdev -path /tmp -prune -o \( -name 'libcuda.so*' -o -name 'libnvidia-ml.so*' \) -print \
    2>/dev/null | head
for program in bwrap nvidia-modprobe nvidia-persistenced nvidia-cuda-mps-control cc; do
    command -v "$program" || echo "no $program"
done

heading kernel
cat /sys/kernel/security/lsm 2>&1
for setting in kernel/unprivileged_userns_clone kernel/apparmor_restrict_unprivileged_userns \
    kernel/yama/ptrace_scope user/max_user_namespaces vm/overcommit_memory vm/max_map_count \
    vm/memfd_noexec; do
    [ -e "/proc/sys/$setting" ] && echo "$setting $(cat "/proc/sys/$setting")"
done
cat /proc/self/cgroup
ls /sys/fs/cgroup | head -n 20
cat /sys/fs/cgroup/cgroup.controllers 2>/dev/null
grep -E 'Seccomp|NoNewPrivs|CapEff' /proc/self/status
ulimit -a
grep -E 'nvidia| / | /proc | /sys | /tmp | /dev | /usr ' /proc/mounts
dmesg 2>/dev/null | grep -iE 'nvrm|nvidia|landlock' | tail -n 15
exit 0
