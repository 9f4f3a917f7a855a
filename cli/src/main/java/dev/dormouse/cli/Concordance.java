package dev.dormouse.cli;

import dev.dormouse.cli.Messages.Token;
import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.RequestId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the concordance of a file: asks the reader for one token after the other and tells each token's component where it
 * occurs. All state is in the pool; this driver may be gone between any two instructions, and the next one goes on.
 *
 * <p><b>Exactly once.</b> A token goes from one component to the other in two turns, and the driver may die between them.
 * So it starts by asking the reader where it stands and asks for that token <em>again</em>, by the same request id: it gets
 * the recorded outcome. It delivers that token again, too, by the same request id: if it had been delivered, that is the
 * recorded outcome again; if not, it is now. Either way nothing is lost and nothing is doubled.
 *
 * <p>At most {@code awake} components are awake at a time; the one that was used longest ago is sent to sleep before the
 * next is woken. Not thread-safe: one driver, one thread.
 */
final class Concordance {
  /** The component that has the file. */
  static final String READER = "reader";

  /** The name under which the store grants the folder of the input. */
  static final String INPUT_ROOT = "input";

  private final ProcessStore store;
  private final Component reader;
  private final int mostAwakeTokens;
  private final SleepWatch watch;
  private final LinkedHashMap<String, Component> awakeTokens = new LinkedHashMap<>(16, 0.75f, true);
  private Token last;
  private boolean lastIsDelivered;

  private Concordance(ProcessStore store, Component reader, int awake, SleepWatch watch) {
    this.store = store;
    this.reader = reader;
    this.mostAwakeTokens = Math.max(1, awake - 1);
    this.watch = watch;
    this.last = where(reader);
    this.lastIsDelivered = last.number() == 0 || last.isEnd();
  }

  /**
   * The concordance in {@code store}, begun if there is none.
   *
   * @param input the input's absolute path; the store must grant its folder as {@link #INPUT_ROOT}
   * @param awake how many components may be awake at a time, at least 2
   */
  static Concordance beginOrGoOn(ProcessStore store, Path input, int awake, SleepWatch watch) {
    String path = input.toString();
    Optional<Component> found = store.find(READER);
    Component reader =
        found.isPresent()
            ? found.get()
            : store.create(
                READER,
                spec ->
                    spec.program(ReaderProgram.class)
                        .region(ReaderLayout.REGION, ReaderProgram.regionBytes(path))
                        .file(INPUT_ROOT, input.getFileName().toString())
                        .outcomes(2, Messages.TOKEN_REPLY_BYTES));
    if (where(reader).bytes().length == 0) {
      reader.invoke(Messages.request(Messages.SET_PATH, 0, 0, path.getBytes(StandardCharsets.UTF_8)));
    }
    return new Concordance(store, reader, awake, watch);
  }

  /** Where the reader of {@code store} stands; the bytes are the input's path. Nothing if there is no concordance. */
  static Optional<Token> standing(ProcessStore store) {
    return store.find(READER).map(Concordance::where);
  }

  private static Token where(Component reader) {
    return Token.decode(reader.invoke(Messages.request(Messages.WHERE)));
  }

  /** How much of the input has been gone through, in bytes. */
  long position() {
    return lastIsDelivered ? last.end() : last.start();
  }

  /** How many tokens have been handed out; the end of the input is asked for like a token, and is none. */
  long tokens() {
    return last.isEnd() ? last.number() - 1 : last.number();
  }

  /** Whether the input has ended. */
  boolean isFinished() {
    return last.isEnd();
  }

  /** Deals with one token. Returns false, having done nothing, if there is none left. */
  boolean step() {
    if (isFinished()) {
      return false;
    }
    if (lastIsDelivered) {
      last = handOut(last.number() + 1);
      lastIsDelivered = false;
    } else {
      last = handOutAgain(last);
    }
    if (!last.isEnd()) {
      deliver(last);
    }
    lastIsDelivered = true;
    return true;
  }

  private Token handOut(long number) {
    return Token.decode(reader.invoke(RequestId.of(number), Messages.request(Messages.NEXT, number, 0)));
  }

  private Token handOutAgain(Token standing) {
    Token again = handOut(standing.number());
    if (again.number() != standing.number() || again.start() != standing.start() || again.length() != standing.length()) {
      throw new ConcordanceException(
          "the reader stands at token " + standing.number() + " (" + standing.length() + " bytes at " + standing.start()
              + "), and its recorded outcome says token " + again.number() + " (" + again.length() + " bytes at "
              + again.start() + ")");
    }
    return again;
  }

  private void deliver(Token token) {
    String name = token.isShort() ? TokenNames.of(token.bytes()) : nameOfLong(token);
    Component component = awake(name, token.length());
    if (!token.isShort()) {
      bringText(component, token);
    }
    component.invoke(
        RequestId.of(token.number()),
        Messages.request(Messages.APPEND, token.start(), token.length(), token.bytes()));
  }

  private String nameOfLong(Token token) {
    MessageDigest digest = TokenNames.newDigest();
    for (long at = 0; at < token.length(); at += Messages.PIECE_BYTES) {
      digest.update(piece(token, at));
    }
    return TokenNames.of(digest);
  }

  /** Gives a long token's component what it does not have of its text; it may have a part of it from before a crash. */
  private void bringText(Component component, Token token) {
    long filled =
        Messages.littleEndian(component.invoke(Messages.request(Messages.SUMMARY))).getLong(TokenLayout.TEXT_FILLED);
    for (long at = filled; at < token.length(); at += Messages.PIECE_BYTES) {
      component.invoke(Messages.request(Messages.TEXT, at, token.length(), piece(token, at)));
    }
  }

  private byte[] piece(Token token, long at) {
    int length = (int) Math.min(Messages.PIECE_BYTES, token.length() - at);
    return Messages.rest(reader.invoke(Messages.request(Messages.READ, token.start() + at, length)).duplicate());
  }

  private Component awake(String name, long textBytes) {
    Component known = awakeTokens.get(name);
    if (known != null) {
      return known;
    }
    hibernateOldest();
    Optional<Component> found = store.find(name);
    Component component;
    if (found.isPresent()) {
      component = found.get();
      long start = System.nanoTime();
      component.resume();
      watch.resumed(System.nanoTime() - start);
    } else {
      component =
          store.create(
              name,
              spec ->
                  spec.program(TokenProgram.class)
                      .region(TokenLayout.REGION, TokenLayout.initialBytes(textBytes))
                      .outcomes(1, 0));
    }
    awakeTokens.put(name, component);
    return component;
  }

  private void hibernateOldest() {
    if (awakeTokens.size() < mostAwakeTokens) {
      return;
    }
    Iterator<Map.Entry<String, Component>> oldest = awakeTokens.entrySet().iterator();
    Component component = oldest.next().getValue();
    oldest.remove();
    long start = System.nanoTime();
    component.hibernate();
    watch.hibernated(System.nanoTime() - start);
  }

  @Override
  public String toString() {
    return "concordance at token " + tokens() + ", byte " + position() + (isFinished() ? ", finished" : "") + ", awake "
        + Arrays.toString(awakeTokens.keySet().toArray());
  }
}
