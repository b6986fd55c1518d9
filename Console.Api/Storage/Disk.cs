using System.Runtime.InteropServices;
using System.Text;

namespace TestServers.Storage;

/// <summary>The disk refused: nothing was acknowledged, and what stood on disk before still stands there.</summary>
public sealed class DiskRefused(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// Durable replacement of files. The order is the promise: write the draft, fsync it, rename it over the target, fsync the folder;
/// only then does <see cref="Replace"/> return. The calls go to libc because .NET's own Flush(true) and FlushToDisk
/// return normally when fsync(2) fails, and because .NET cannot open a folder to fsync it.
/// </summary>
public static partial class Disk
{
    private const int WriteOnly = 1, Create = 0x40, Truncate = 0x200, Append = 0x400, CloseOnExec = 0x80000, Directory = 0x10000;
    private const int OwnerAndGroup = 0x1A0; // 0640
    private static string? _trouble;

    /// <summary>Why the last durable write failed, or null when the last one succeeded.</summary>
    public static string? Trouble => Volatile.Read(ref _trouble);

    /// <summary>Replaces <paramref name="path"/> by <paramref name="content"/>; the version before stays beside it as <c>.last</c>.</summary>
    /// <exception cref="DiskRefused">A step failed. The target holds what it held before.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var draft = path + ".draft";
        try
        {
            WriteAndSync(draft, WriteOnly | Create | Truncate, content);
            KeepLast(path);
            Check(rename(draft, path), "rename", draft);
            try
            {
                SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }
            catch (DiskRefused)
            {
                // The new name may or may not survive a power cut, and nobody was told of it: put the old content back.
                if (rename(LastOf(path), path) != 0) unlink(path);
                throw;
            }
            Volatile.Write(ref _trouble, null);
        }
        catch (DiskRefused refused)
        {
            unlink(draft);
            Volatile.Write(ref _trouble, refused.Message);
            throw;
        }
    }

    /// <summary>Appends one line (a line feed is added) and returns when it is on disk.</summary>
    /// <exception cref="DiskRefused">The line may be on disk in part; <see cref="LineFile"/> cuts such an end off.</exception>
    public static void AppendLine(string path, string line)
    {
        try
        {
            var isNew = !File.Exists(path);
            WriteAndSync(path, WriteOnly | Create | Append, Encoding.UTF8.GetBytes(line + "\n"));
            if (isNew) SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Volatile.Write(ref _trouble, null);
        }
        catch (DiskRefused refused)
        {
            Volatile.Write(ref _trouble, refused.Message);
            throw;
        }
    }

    /// <summary>Creates a folder, and its name is on disk when this returns.</summary>
    public static void CreateFolder(string path)
    {
        if (System.IO.Directory.Exists(path)) return;
        try
        {
            System.IO.Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskRefused($"Cannot create the folder {path}: {e.Message}", e);
        }
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>The name under which the version before of <paramref name="path"/> is kept.</summary>
    public static string LastOf(string path) => path + ".last";

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
            // Never tried again on the same data: after a failure the kernel may call lost pages clean (PostgreSQL's fsyncgate).
            Check(fsync(file), "fsync", path);
        }
        catch
        {
            _ = close(file);
            throw;
        }
        Check(close(file), "close", path);
    }

    private static void SyncFolder(string folder)
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
        if (!File.Exists(path)) return;
        unlink(LastOf(path));
        Check(link(path, LastOf(path)), "link", path);
    }

    private static void Check(int result, string step, string path)
    {
        if (result >= 0) return;
        var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        throw new DiskRefused($"The disk refused to {step} {path}: {reason}. Free space or repair the disk; the console stays read-only until a write succeeds.");
    }

#pragma warning disable SYSLIB1054, IDE1006, MA0053 // names of libc
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int file, ReadOnlySpan<byte> bytes, nint count);
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int file);
    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int file);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string from, string to);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlink(string path);
#pragma warning restore SYSLIB1054, IDE1006, MA0053
}
