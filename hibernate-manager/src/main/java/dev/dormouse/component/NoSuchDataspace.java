package dev.dormouse.component;

/** The store has no dataspace of that name. */
public final class NoSuchDataspace extends ComponentException {
  private static final long serialVersionUID = 1L;

  NoSuchDataspace(String message) {
    super(message);
  }
}
