// What one of each costs. Each has the command by which it was measured, on two processors (docs/figures.md); the
// figures in docs/scale.md are made from these.
export const costs = {
  // `bench queue`: 24 s of the console's processor time for 1,000 builds, all that they write and tell among it.
  buildProcessor: 0.024,
  // `bench writers`: 3,675 changes a second by 64 writers, who have both processors.
  changeProcessor: 2 / 3675,
  // `bench writers`: a writer alone; those who wait together share their fsyncs, up to `changesTogether` a second.
  changesTogether: 3675,
  // `bench pages`: telling one page of one change, the change and all that goes on beside it among it.
  tellProcessor: 0.000039,
  // `bench servers`: the list of 1,500 servers through Apache, 1,989 a second on both processors, most of it Apache's.
  listProcessor: 1 / 1989,
  // `bench fleet`: one question to a host with 30 servers, by ssh and a virsh that stays; a host is asked again 1.5 s
  // after its answer.
  pollProcessor: 0.0047, pollsPerSecond: 0.6,
  // A plain copy that is larger than the memory waits for the disk, which reads and writes each byte: a GiB at 200 MB/s
  // each way. (In memory it took 0.49 s per GiB: `bench database`.)
  copySecondsPerGib: 2 * 1024 ** 3 / 200e6,
  // `bench database`: a clone on XFS, at any size; and restoring with two jobs, per GiB.
  clone: 0.13, restoreSecondsPerGib: 11.4,
  // `bench database`, `bench code`, `bench road`: seconds of the steps of a build.
  swap: 0.15, checkout: 1.9, settings: 0.3
};
