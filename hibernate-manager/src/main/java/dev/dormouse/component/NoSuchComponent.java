package dev.dormouse.component;

/** There is no component of that name or identity; it may have been destroyed. */
public final class NoSuchComponent extends ComponentException {
  private static final long serialVersionUID = 1L;

  NoSuchComponent(String message) {
    super(message);
  }
}
