package dev.dormouse.component;

/** A dataspace is attached somewhere, and was not destroyed. */
public final class DataspaceInUse extends ComponentException {
  private static final long serialVersionUID = 1L;

  private final long attachments;

  DataspaceInUse(String message, long attachments) {
    super(message);
    this.attachments = attachments;
  }

  /** How many regions show it by commits; 0 where only turns that still run use it. */
  public long attachments() {
    return attachments;
  }
}
