// The fleet that is asked about, and how its people are taken to live. What is not measured but assumed stands here,
// so that a team puts its own in place of it.
export const fleet = { people: 500, servers: 1500, apps: 200, databaseHosts: 20, hosts: 50 };

export const habits = {
  // Hours of the day; a person comes and goes up to `spread` hours earlier or later.
  comes: 9, goes: 17.5, spread: 1,
  // Whom one finds at work on a day: of working days, and of the two others.
  atWork: 0.9, onWeekends: 0.05,
  // Servers that a person holds on a day, each for all of it, and how often it is built on anew, one hour each after
  // the other on average.
  servers: 2, hoursBetweenBuilds: 2,
  // What is wanted of a build after the first one, which has both.
  codeAlone: 0.5, databaseAlone: 0.3,
  // Scripts: how often a day an app is built on a server that is held for so many hours.
  scripted: 12, scriptedHours: 0.5,
  // How often a day somebody pushes to an app, and the share of its held servers that follow.
  pushes: 10, following: 0.2,
  // Some apps have most of the people: the n-th has 1/n^popularity of what the first one has.
  popularity: 0.8,
  // The size of a base: the median in GiB, and how unlike they are (the deviation of its logarithm).
  gib: 5, unlike: 1,
  // Per base; and of 100 held servers with a database, how many have a savepoint of it.
  spares: 1, savepoints: 20,
  // The hour at which cron asks for all restores, and the one at which all must be there.
  night: 1, morning: 6
};
