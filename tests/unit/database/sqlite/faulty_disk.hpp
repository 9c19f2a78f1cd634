#pragma once

namespace gatehouse::database::sqlite {

/// SQLite's disk, controlled by a test, for every file that SQLite opens while this lives. Made before the provider.
class FaultyDisk {
 public:
  FaultyDisk();
  /// The disk works again.
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  /// A thread that syncs a file from now on blocks until release_syncs(). So does a commit.
  void hold_syncs();
  void release_syncs();

  /// From now on, every read of a file fails, or succeeds again.
  void fail_reads(bool fail);
};

}  // namespace gatehouse::database::sqlite
