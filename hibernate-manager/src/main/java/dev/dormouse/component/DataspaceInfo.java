package dev.dormouse.component;

/**
 * What the pool says of a dataspace of the store.
 *
 * @param contentCrc32c the CRC32C of its content, which never changes
 * @param attachments how many regions of components show it, or a part of it
 */
public record DataspaceInfo(String name, long lengthBytes, int contentCrc32c, long attachments) {}
