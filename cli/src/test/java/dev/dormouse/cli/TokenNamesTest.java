package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TokenNamesTest {
  @Test
  void aShortWordIsReadable() {
    assertThat(name("Alice")).isEqualTo("word:Alice");
    assertThat(name("\u00c9lise")).isEqualTo("word:\u00c9lise");
  }

  @Test
  void aShortMarkIsInHexadecimal() {
    assertThat(name(", ")).isEqualTo("mark:2c20");
  }

  @Test
  void aLongTokenIsHashedWhateverItIs() {
    assertThat(name("a".repeat(33))).startsWith("long:").hasSize(37);
    assertThat(name(" ".repeat(17))).startsWith("long:").hasSize(37);
  }

  @Test
  void onlyTokensAreTakenForTokens() {
    assertThat(TokenNames.isToken(name("a"))).isTrue();
    assertThat(TokenNames.isToken(name("-"))).isTrue();
    assertThat(TokenNames.isToken(name("a".repeat(48)))).isTrue();
    assertThat(TokenNames.isToken(Concordance.READER)).isFalse();
  }

  private static String name(String token) {
    return TokenNames.of(token.getBytes(StandardCharsets.UTF_8));
  }
}
