package dev.dormouse.cli.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Several turns in one epoch, as that seed says.
 *
 * @param turns how many
 * @param mostPerEpoch after how many the store commits by itself
 * @param checkpointAfter after which of them a checkpoint is asked for, from 1 on; 0 for none
 * @param fails whether the last one throws
 */
record BatchPlan(long seed, int turns, int mostPerEpoch, int checkpointAfter, boolean fails) {
  static BatchPlan of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int turns = random.nextInt(2, 13);
    return new BatchPlan(
        seed, turns, random.nextInt(1, 9), random.nextInt(turns), random.nextInt(8) == 0);
  }

  /** The seed of a turn, counted from 1. */
  long turnSeed(int turn) {
    return Mix.of(seed, turn);
  }

  /** After how many turns there is a commit, in ascending order: a crash leaves one of these numbers of turns, or none. */
  List<Integer> commits() {
    List<Integer> commits = new ArrayList<>();
    int inEpoch = 0;
    for (int turn = 1; turn <= turns; turn++) {
      if (inEpoch == mostPerEpoch) {
        commits.add(turn - 1);
        inEpoch = 0;
      }
      inEpoch++;
      boolean failed = fails && turn == turns;
      if (!failed && (turn == checkpointAfter || turn == turns)) {
        commits.add(turn);
        inEpoch = 0;
      }
    }
    return commits;
  }
}
