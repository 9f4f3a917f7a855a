package dev.dormouse.component;

import dev.dormouse.heap.DormouseException;

/** A component, or the store, refused what was asked. The component is at its last committed turn. */
public abstract sealed class ComponentException extends DormouseException
    permits NoSuchComponent,
        NameTaken,
        InvalidName,
        TurnFailed,
        Quarantined,
        ProgramUnavailable,
        StoreClosed,
        ReplyTooLarge,
        TooManySymbols,
        NoSuchDataspace,
        DataspaceInUse,
        CapabilityException,
        TurnOverdue,
        OutOfTurn,
        StateVersionMismatch {
  private static final long serialVersionUID = 1L;

  ComponentException(String message) {
    super(message);
  }

  ComponentException(String message, Throwable cause) {
    super(message, cause);
  }
}
