package dev.dormouse.cli;

/** Is told how long each hibernation and each resume took, in nanoseconds. */
interface SleepWatch {
  /** Looks away. */
  SleepWatch NONE =
      new SleepWatch() {
        @Override
        public void hibernated(long nanos) {}

        @Override
        public void resumed(long nanos) {}
      };

  void hibernated(long nanos);

  void resumed(long nanos);
}
