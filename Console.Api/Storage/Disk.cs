using System.Runtime.InteropServices;
using System.Text;

namespace TestServers.Storage;

/// <summary>The disk refused: nothing was acknowledged, and what stood on disk before still stands there.</summary>
public sealed class DiskRefused(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// Durable replacement of files. The order is the promise: write the draft, fsync it, rename it over the target, fsync
/// the folder; only then does <see cref="Replace"/> return. The calls go to libc because .NET's own Flush(true) and
/// FlushToDisk return normally when fsync(2) fails, and because .NET cannot open a folder to fsync it.
/// </summary>
public static partial class Disk
{
    private const int WriteOnly = 1,
        Create = 0x40,
        Truncate = 0x200,
        AtEnd = 0x400,
        CloseOnExec = 0x80000,
        Directory = 0x10000;
    private const int OwnerAndGroup = 0x1A0; // 0640

    /// <summary>
    /// Replaces <paramref name="path"/> by <paramref name="content"/>; the version before stays beside it as
    /// <c>.last</c>.
    /// </summary>
    /// <exception cref="DiskRefused">A step failed. The target holds what it held before.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        WriteDraft(path, content);
        try
        {
            PutDraftInPlace(path);
            try
            {
                SyncFolder(FolderOf(path));
            }
            catch (DiskRefused)
            {
                // The new name may or may not survive a power cut, and nobody was told of it.
                PutBack(path, hadLast: File.Exists(LastOf(path)));
                throw;
            }
        }
        catch (DiskRefused)
        {
            DropDraft(path);
            throw;
        }
    }

    /// <summary>
    /// Writes the draft of a replacement and syncs it; what stands at <paramref name="path"/> is not touched.
    /// </summary>
    /// <exception cref="DiskRefused">There is no draft.</exception>
    public static void WriteDraft(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            WriteAndSync(DraftOf(path), WriteOnly | Create | Truncate, content);
        }
        catch (DiskRefused)
        {
            DropDraft(path);
            throw;
        }
    }

    /// <summary>
    /// Renames a draft over its target, which stays beside it as <c>.last</c>. Lasts from <see cref="SyncFolder"/> on.
    /// </summary>
    /// <exception cref="DiskRefused">The target is as it was.</exception>
    public static void PutDraftInPlace(string path)
    {
        KeepLast(path);
        Check(rename(DraftOf(path), path), "rename", DraftOf(path));
    }

    /// <summary>Renames a file. Lasts from <see cref="SyncFolder"/> of both folders on.</summary>
    /// <exception cref="DiskRefused">It is where it was.</exception>
    public static void Rename(string path, string to) => Check(rename(path, to), "rename", path);

    /// <summary>Removes a file.</summary>
    /// <exception cref="DiskRefused">It is still there.</exception>
    public static void Remove(string path)
    {
        Check(unlink(path), "unlink", path);
        SyncFolder(FolderOf(path));
    }

    /// <summary>Puts back what a draft has replaced, or removes what was not there before.</summary>
    /// <returns>Whether the disk did it; it is tried in two ways.</returns>
    public static bool PutBack(string path, bool hadLast)
    {
        if (!hadLast)
            return unlink(path) == 0 || !File.Exists(path);
        return rename(LastOf(path), path) == 0 || (unlink(path) == 0 && link(LastOf(path), path) == 0);
    }

    /// <summary>Removes a draft that is not needed any more.</summary>
    public static void DropDraft(string path) => Drop(DraftOf(path));

    /// <summary>Removes a file that nothing depends on, if it is there and the disk does it.</summary>
    public static void Drop(string path) => unlink(path);

    /// <summary>Appends text and returns when it is on disk.</summary>
    /// <exception cref="DiskRefused">The text may be on disk in part; <see cref="LineFile"/> cuts such an end
    /// off.</exception>
    public static void Append(string path, string text)
    {
        var isNew = !File.Exists(path);
        WriteAndSync(path, WriteOnly | Create | AtEnd, Encoding.UTF8.GetBytes(text));
        if (isNew)
            SyncFolder(FolderOf(path));
    }

    /// <summary>Writes a file of one record in place and syncs it.</summary>
    /// <exception cref="DiskRefused">It may hold a part of the record.</exception>
    public static void WriteInPlace(string path, string text)
    {
        var isNew = !File.Exists(path);
        WriteAndSync(path, WriteOnly | Create | Truncate, Encoding.UTF8.GetBytes(text));
        if (isNew)
            SyncFolder(FolderOf(path));
    }

    /// <summary>Cuts a file to a length.</summary>
    /// <param name="sync">Whether it must survive a power cut; a kill it survives in any case.</param>
    /// <returns>Whether the disk did it.</returns>
    public static bool Cut(string path, long length, bool sync)
    {
        if (!File.Exists(path))
            return length == 0;
        var file = open(path, WriteOnly | CloseOnExec, 0);
        if (file < 0)
            return false;
        var done = ftruncate(file, length) == 0;
        if (done && sync)
            _ = fsync(file);
        _ = close(file);
        return done;
    }

    /// <summary>Tries whether a file can be written, without changing it: its draft, or its end.</summary>
    /// <exception cref="DiskRefused">It cannot.</exception>
    public static void Probe(string path, bool appends)
    {
        if (appends)
            WriteAndSync(path, WriteOnly | Create | AtEnd, []);
        WriteAndSync(path + ".probe", WriteOnly | Create | Truncate, new byte[4096]);
        Check(unlink(path + ".probe"), "unlink", path + ".probe");
        SyncFolder(FolderOf(path));
    }

    /// <summary>Tries whether a folder takes a file of some kilobytes; it is removed again.</summary>
    /// <exception cref="DiskRefused">It does not.</exception>
    public static void TryFolder(string folder)
    {
        var path = Path.Combine(folder, "space.probe");
        WriteAndSync(path, WriteOnly | Create | Truncate, new byte[4096]);
        Check(unlink(path), "unlink", path);
    }

    /// <summary>Returns when what a file holds is on disk.</summary>
    /// <exception cref="DiskRefused">It may not be.</exception>
    public static void SyncFile(string path)
    {
        var file = open(path, CloseOnExec, 0);
        Check(file, "open", path);
        try
        {
            Check(fsync(file), "fsync", path);
        }
        finally
        {
            _ = close(file);
        }
    }

    /// <summary>Gives a folder and all in it to the account that has another one; only root can.</summary>
    /// <exception cref="DiskRefused">It belongs to whom it did, or in part.</exception>
    public static void GiveAllTo(string folder, string like)
    {
        if (FileKinds.IsOwn(like) || FileKinds.OwnerOf(like) is not var (user, group))
            return;
        var all = System.IO.Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories);
        foreach (var path in all.Prepend(folder))
            Check(lchown(path, user, group), "give away", path);
    }

    /// <summary>Creates a folder, and its name is on disk when this returns.</summary>
    public static void CreateFolder(string path)
    {
        if (System.IO.Directory.Exists(path))
            return;
        try
        {
            System.IO.Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskRefused($"Cannot create the folder {path}: {e.Message}", e);
        }
        SyncFolder(FolderOf(path));
    }

    /// <summary>The name under which the version before of <paramref name="path"/> is kept.</summary>
    public static string LastOf(string path) => path + ".last";

    /// <summary>The folder that a file is in.</summary>
    public static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static string DraftOf(string path) => path + ".draft";

    private static void WriteAndSync(string path, int flags, ReadOnlySpan<byte> content)
    {
        var file = open(path, flags | CloseOnExec, OwnerAndGroup);
        Check(file, "open", path);
        try
        {
            while (!content.IsEmpty)
            {
                var written = write(file, content, content.Length);
                Check((int)Math.Min(written, int.MaxValue), "write", path);
                content = content[(int)written..];
            }
            // Never tried again on the same data: after a failure the kernel may call lost pages clean (PostgreSQL's
            // fsyncgate).
            Check(fsync(file), "fsync", path);
        }
        catch
        {
            _ = close(file);
            throw;
        }
        Check(close(file), "close", path);
    }

    /// <summary>Returns when the names in a folder are on disk.</summary>
    /// <exception cref="DiskRefused">They may not be.</exception>
    public static void SyncFolder(string folder)
    {
        var handle = open(folder, Directory | CloseOnExec, 0);
        Check(handle, "open", folder);
        try
        {
            Check(fsync(handle), "fsync", folder);
        }
        finally
        {
            _ = close(handle);
        }
    }

    private static void KeepLast(string path)
    {
        if (!File.Exists(path))
            return;
        unlink(LastOf(path));
        Check(link(path, LastOf(path)), "link", path);
    }

    private static void Check(int result, string step, string path)
    {
        if (result >= 0)
            return;
        var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        throw new DiskRefused(
            $"The disk refused to {step} {path}: {reason}. Free space or repair the disk; the "
                + "console stays read-only until it can be written."
        );
    }

#pragma warning disable SYSLIB1054, IDE1006, MA0053 // names of libc
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int file);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ftruncate(int file, long length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlink(string path);
#pragma warning restore SYSLIB1054, IDE1006, MA0053
}
