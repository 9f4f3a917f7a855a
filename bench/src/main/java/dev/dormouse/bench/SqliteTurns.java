package dev.dormouse.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * SQLite with a write-ahead log that is synced for every commit. Either each thread has a connection of its own, and waits for the
 * others as SQLite does, by trying again; or all share one, which they take by a lock, one after the other.
 */
final class SqliteTurns implements DurableTurns {
  private static final int BUSY_MILLIS = 60_000;
  private static final int CACHE_KIB = 64 << 10;

  private final Scratch scratch = new Scratch();
  private final String url;
  private final Properties properties;
  private final ReentrantLock lock;
  private final Session shared;

  SqliteTurns(int count, boolean sharesOneConnection) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    // A negative number counts KiB: room for what is read, as the others have.
    config.setCacheSize(-CACHE_KIB);
    properties = config.toProperties();
    url = "jdbc:sqlite:" + scratch.file("records.sqlite");
    lock = sharesOneConnection ? new ReentrantLock() : null;
    try {
      fill(count);
      shared = sharesOneConnection ? new Session(connect()) : null;
    } catch (SQLException | LinkageError e) {
      scratch.close();
      throw new IllegalStateException("SQLite: " + e.getMessage(), e);
    }
  }

  private Connection connect() throws SQLException {
    return new org.sqlite.JDBC().connect(url, properties);
  }

  private void fill(int count) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE records (key INTEGER PRIMARY KEY, value BLOB NOT NULL)");
      connection.setAutoCommit(false);
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO records VALUES (?, ?)")) {
        byte[] record = new byte[RECORD_BYTES];
        for (int i = 0; i < count; i++) {
          insert.setInt(1, i);
          insert.setBytes(2, record);
          insert.execute();
        }
      }
      connection.commit();
    }
  }

  /** A connection and its statements. The driver's own transactions begin with the end of the one before, and would lock out everybody else. */
  private static final class Session {
    private final Connection connection;
    private final PreparedStatement begin;
    private final PreparedStatement select;
    private final PreparedStatement update;
    private final PreparedStatement commit;

    Session(Connection connection) throws SQLException {
      this.connection = connection;
      begin = connection.prepareStatement("BEGIN IMMEDIATE");
      commit = connection.prepareStatement("COMMIT");
      select = connection.prepareStatement("SELECT value FROM records WHERE key = ?");
      update = connection.prepareStatement("UPDATE records SET value = ? WHERE key = ?");
    }

    long turn(int key, int place, long number) {
      try {
        begin.execute();
        select.setInt(1, key);
        byte[] record;
        try (ResultSet found = select.executeQuery()) {
          found.next();
          record = found.getBytes(1);
        }
        long before = DurableTurns.change(record, place, number);
        update.setBytes(1, record);
        update.setInt(2, key);
        update.executeUpdate();
        commit.execute();
        return before;
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    void close() {
      try (connection) {
        begin.close();
        select.close();
        update.close();
        commit.close();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public Turner turner() {
    if (shared != null) {
      return (key, place, number) -> {
        lock.lock();
        try {
          return shared.turn(key, place, number);
        } finally {
          lock.unlock();
        }
      };
    }
    Session session;
    try {
      session = new Session(connect());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new Turner() {
      @Override
      public long turn(int key, int place, long number) {
        return session.turn(key, place, number);
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }

  @Override
  public void close() {
    if (shared != null) {
      shared.close();
    }
    scratch.close();
  }
}
