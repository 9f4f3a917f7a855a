package dev.dormouse.component;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Hands out files below the roots that the store was opened with. The pool knows a root by its name only: what that name
 * means is decided anew by whoever opens the store. A path that leaves its root, by {@code ..} or by a link, is refused.
 */
final class FileService {
  private final Map<String, Path> roots;

  FileService(Map<String, Path> roots) {
    this.roots = roots;
  }

  /** Which file a path leads to: where links end, and the system's identity of it (0, 0 where the system has none). */
  record Identity(Path file, long device, long inode) {}

  /** An attempt to reach a file: the identity, or why not. */
  record Found(Identity identity, String reason) {}

  Found find(String root, String path) {
    Path folder = roots.get(root);
    if (folder == null) {
      return new Found(null, "the store was opened without a file root named " + root + "; open it with fileRoot(\"" + root + "\", ...)");
    }
    try {
      Path top = folder.toRealPath();
      Path file = top.resolve(path).toRealPath();
      if (Path.of(path).isAbsolute() || !file.startsWith(top)) {
        return new Found(null, "path " + path + " leads out of root " + root);
      }
      if (!Files.isRegularFile(file)) {
        return new Found(null, "path " + path + " below root " + root + " is no regular file");
      }
      return new Found(identify(file), "");
    } catch (InvalidPathException e) {
      return new Found(null, "path " + path + " is no path: " + e.getReason());
    } catch (IOException e) {
      return new Found(null, "path " + path + " below root " + root + ": the system said " + e.getClass().getSimpleName());
    }
  }

  private static Identity identify(Path file) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return new Identity(file, 0, 0);
    }
    Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino");
    return new Identity(file, ((Number) attributes.get("dev")).longValue(), ((Number) attributes.get("ino")).longValue());
  }

  /** Opens the file of a recipe again, if it is still the same one. */
  FileSession obtain(FileRecipe recipe, String root, int generation) {
    String path = recipe.path();
    String object = "file " + root + "/" + path;
    Found found = find(root, path);
    if (found.identity == null) {
      return FileSession.failed(object, generation, ResumeAccount.Outcome.UNAVAILABLE, found.reason);
    }
    if (found.identity.device != recipe.device() || found.identity.inode != recipe.inode()) {
      return FileSession.failed(object, generation, ResumeAccount.Outcome.STALE, "another file is at path " + path + " now");
    }
    try {
      return FileSession.open(object, generation, FileChannel.open(found.identity.file, StandardOpenOption.READ));
    } catch (IOException e) {
      return FileSession.failed(
          object, generation, ResumeAccount.Outcome.UNAVAILABLE, "it cannot be opened: the system said " + e.getClass().getSimpleName());
    }
  }
}
