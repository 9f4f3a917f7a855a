package dev.dormouse.component;

import dev.dormouse.region.Region;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Does what the request says, in words: commands with a semicolon between them. What they answer is the reply, with blanks
 * between. So that a test can be read without its programs.
 *
 * <pre>
 * put REGION OFFSET VALUE    add REGION OFFSET VALUE    get REGION OFFSET    fill REGION VALUE    sum REGION
 * attach REGION BYTES        resize REGION BYTES        detach REGION        map REGION BYTES
 * show REGION DATASPACE      protect REGION RIGHTS      held
 * read SLOT BYTES            seek SLOT POSITION         tell SLOT
 * throw MESSAGE              error MESSAGE              say WORD             pad CHARACTERS
 * </pre>
 *
 * A region in a managed dataspace is named with a slash between.
 */
public final class ScriptProgram implements Program {
  static ByteBuffer request(String script) {
    return ByteBuffer.wrap(script.getBytes(StandardCharsets.UTF_8));
  }

  static String text(ByteBuffer reply) {
    return StandardCharsets.UTF_8.decode(reply.duplicate()).toString();
  }

  /** Runs a turn and answers with its reply. */
  static String ask(Component component, String script) {
    return text(component.invoke(request(script)));
  }

  static String ask(Component component, long requestId, String script) {
    return text(component.invoke(RequestId.of(requestId), request(script)));
  }

  @Override
  public void turn(Turn turn) throws Exception {
    List<String> answers = new ArrayList<>();
    for (String command : text(turn.request()).split(";", -1)) {
      if (!command.isBlank()) {
        run(turn, command.strip().split(" ", -1), answers);
      }
    }
    turn.reply(String.join(" ", answers).getBytes(StandardCharsets.UTF_8));
  }

  private static void run(Turn turn, String[] words, List<String> answers) throws Exception {
    switch (words[0]) {
      case "put" -> region(turn, words[1]).putLong(number(words[2]), number(words[3]));
      case "add" -> {
        Region region = region(turn, words[1]);
        long sum = region.getLong(number(words[2])) + number(words[3]);
        region.putLong(number(words[2]), sum);
        answers.add(Long.toString(sum));
      }
      case "get" -> answers.add(Long.toString(region(turn, words[1]).getLong(number(words[2]))));
      case "fill" -> region(turn, words[1]).fill(0, region(turn, words[1]).lengthBytes(), (byte) number(words[2]));
      case "sum" -> answers.add(sum(region(turn, words[1])));
      case "attach" -> around(turn, words[1]).attach(last(words[1]), number(words[2]));
      case "resize" -> around(turn, words[1]).resize(last(words[1]), number(words[2]));
      case "detach" -> around(turn, words[1]).detach(last(words[1]));
      case "map" -> around(turn, words[1]).attachManaged(last(words[1]), number(words[2]), RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
      case "show" -> around(turn, words[1]).attachShared(last(words[1]), words[2]);
      case "protect" -> around(turn, words[1]).protect(last(words[1]), RegionRights.valueOf(words[2]));
      case "held" -> answers.add(Long.toString(turn.heldBytes()));
      case "read" -> {
        byte[] bytes = new byte[(int) number(words[2])];
        int count = turn.file((int) number(words[1])).read(bytes, 0, bytes.length);
        answers.add(count < 0 ? "END" : new String(bytes, 0, count, StandardCharsets.UTF_8));
      }
      case "seek" -> turn.file((int) number(words[1])).position(number(words[2]));
      case "tell" -> answers.add(Long.toString(turn.file((int) number(words[1])).position()));
      case "throw" -> throw new IllegalStateException(words[1]);
      case "error" -> throw new AssertionError(words[1]);
      case "say" -> answers.add(words[1]);
      case "pad" -> answers.add("x".repeat((int) number(words[1])));
      default -> throw new IllegalArgumentException("command " + words[0]);
    }
  }

  private static Region region(Turn turn, String path) {
    return path.indexOf('/') < 0 ? turn.region(path) : around(turn, path).region(last(path));
  }

  /** The map that the last name of a path is in. */
  private static RegionMap around(Turn turn, String path) {
    RegionMap map = turn.regions();
    for (int start = 0, slash; (slash = path.indexOf('/', start)) >= 0; start = slash + 1) {
      map = map.managed(path.substring(start, slash));
    }
    return map;
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** A region's length and a hash of all its bytes, slack excluded. */
  private static String sum(Region region) {
    byte[] bytes = new byte[(int) region.lengthBytes()];
    region.get(0, bytes, 0, bytes.length);
    return sum(bytes);
  }

  /** The same for words that a test keeps. */
  static String sum(long[] words) {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(words);
    return sum(bytes.array());
  }

  private static String sum(byte[] bytes) {
    long hash = 0;
    for (byte value : bytes) {
      hash = hash * 1_000_003 + value;
    }
    return bytes.length + "#" + Long.toHexString(hash);
  }

  private static long number(String word) {
    return Long.parseLong(word);
  }
}
