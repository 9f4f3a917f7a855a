package dev.dormouse.component;

/** The store was closed. */
public final class StoreClosed extends ComponentException {
  private static final long serialVersionUID = 1L;

  StoreClosed(String message) {
    super(message);
  }
}
