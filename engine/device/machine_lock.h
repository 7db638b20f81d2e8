// machine_lock.h - the process's shared / exclusive lock: training shares it, timing takes it exclusively.
#pragma once

namespace gs {

/// Held while a program trains or evaluates. Waits while an ExclusiveMachineLock is held or requested, so a thread must
/// not hold two: the second may deadlock.
class SharedMachineLock {
 public:
  SharedMachineLock();
  ~SharedMachineLock();
  SharedMachineLock(const SharedMachineLock&) = delete;
  SharedMachineLock& operator=(const SharedMachineLock&) = delete;
};

/// Held while times are measured. Waits for all shared locks and goes before new ones. Deadlocks in a thread that holds
/// a SharedMachineLock.
class ExclusiveMachineLock {
 public:
  ExclusiveMachineLock();
  ~ExclusiveMachineLock();
  ExclusiveMachineLock(const ExclusiveMachineLock&) = delete;
  ExclusiveMachineLock& operator=(const ExclusiveMachineLock&) = delete;
};

}  // namespace gs
