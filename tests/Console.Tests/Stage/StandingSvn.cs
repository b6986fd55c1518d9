namespace TestServers.Tests.Stage;

/// <summary>A program in svn's place, on a guest whose PATH begins with its folder.</summary>
internal static class StandingSvn
{
    /// <summary>
    /// An svn that stands still before it changes anything in a working copy, beside a process that has left its group;
    /// then it makes the mark.
    /// </summary>
    public static void Write(string path, string mark) =>
        LabProcesses.WriteProgram(
            path,
            $"""
            case " $* " in *" switch "*)
              setsid sh -c 'touch "$1"; exec sleep 600' - {mark}.beside &
              until [[ -e {mark}.beside ]]; do sleep 0.01; done
              touch {mark}
              # A guest that stood still has all its processes go on: this one does nothing then, either.
              exec -a svn sleep 600 ;;
            esac
            exec /usr/bin/svn "$@"
            """
        );
}
