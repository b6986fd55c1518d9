using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TestServers.Storage;

/// <summary>What stands under a path.</summary>
public enum FileKind
{
    Missing,
    Regular,
    Folder,
    Link,
    Socket,

    /// <summary>To open it might wait for ever.</summary>
    Pipe,

    /// <summary>A device, which may never end.</summary>
    Other,
}

/// <summary>
/// Tells what stands under a path without opening it; .NET cannot tell a socket or a pipe from a file.
/// </summary>
public static partial class FileKinds
{
    // struct statx has the same layout on every processor; its mode is a 16-bit word at byte 28.
    private const int HereIfRelative = -100,
        DoNotFollow = 0x100,
        TypeAlone = 1,
        Owner = 8,
        Group = 16,
        Bytes = 256,
        OwnerAt = 20,
        GroupAt = 24,
        ModeAt = 28;

    /// <summary>The bits of a mode that let group and others do anything.</summary>
    public const UnixFileMode GroupAndOthers =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>The bits of a mode that let somebody run a file.</summary>
    public const UnixFileMode MayRun = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>What is there, a link being a link.</summary>
    public static FileKind Of(string path) => Look(path, DoNotFollow);

    /// <summary>What is there, or where the link there leads; a link that leads nowhere is missing.</summary>
    public static FileKind BehindLinks(string path) => Look(path, 0);

    /// <summary>Whether it, or where a link there leads, belongs to the account that runs this program.</summary>
    public static bool IsOwn(string path)
    {
        Span<byte> found = stackalloc byte[Bytes];
        return statx(HereIfRelative, path, 0, Owner, found) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(found[OwnerAt..]) == geteuid();
    }

    /// <summary>The account and group that it, or where a link there leads, belongs to; null: it is not
    /// there.</summary>
    public static (uint User, uint Group)? OwnerOf(string path)
    {
        Span<byte> found = stackalloc byte[Bytes];
        return statx(HereIfRelative, path, 0, Owner | Group, found) == 0
            ? (
                BinaryPrimitives.ReadUInt32LittleEndian(found[OwnerAt..]),
                BinaryPrimitives.ReadUInt32LittleEndian(found[GroupAt..])
            )
            : null;
    }

    /// <summary>Whether the account that runs this program is root's.</summary>
    public static bool IsRoot => geteuid() == 0;

    /// <summary>The kind in words, as the end of "it is".</summary>
    public static string Say(this FileKind kind) =>
        kind switch
        {
            FileKind.Missing => "not there",
            FileKind.Regular => "a regular file",
            FileKind.Folder => "a folder",
            FileKind.Link => "a link",
            FileKind.Socket => "a socket",
            FileKind.Pipe => "a pipe",
            _ => "a device",
        };

    private static FileKind Look(string path, int flags)
    {
        Span<byte> found = stackalloc byte[Bytes];
        if (statx(HereIfRelative, path, flags, TypeAlone, found) != 0)
            return FileKind.Missing;
        return (BinaryPrimitives.ReadUInt16LittleEndian(found[ModeAt..]) & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            0xC000 => FileKind.Socket,
            0x1000 => FileKind.Pipe,
            _ => FileKind.Other,
        };
    }

#pragma warning disable SYSLIB1054, IDE1006, MA0053 // names of libc
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, Span<byte> found);

    [LibraryImport("libc")]
    private static partial uint geteuid();
#pragma warning restore SYSLIB1054, IDE1006, MA0053
}
