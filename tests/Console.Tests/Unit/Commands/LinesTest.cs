using System.Text;
using TestServers.Commands;

namespace TestServers.Tests.Unit.Commands;

public sealed class LinesTest
{
    /// <summary>What a terminal would show in the end is one line, wherever the pieces are cut.</summary>
    [Theory]
    [InlineData("one\ntwo\r\nthree", "one|two|three")]
    [InlineData("10%\r50%\r100%\nnext\n", "100%|next")]
    [InlineData("10%\r100%\r\nnext\n", "100%|next")]
    [InlineData("\r10%\r\r100%\r", "100%")]
    [InlineData("a\r\r\nb\n", "a|b")]
    [InlineData("Downloading 3 MB\r\u001b[KInstalling\u001b[0m\r\u001b[K\ndone\n", "\u001b[KInstalling\u001b[0m|done")]
    [InlineData("100%\r        \rå é\r\n", "å é")]
    [InlineData("\r\n\n \r\n  x\n", "|| |  x")]
    [InlineData("left\r   ", "left")]
    public async Task A_progress_that_is_drawn_into_one_line_is_one_line(string text, string lines)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(lines, string.Join('|', await Read(new Pieces(bytes[..cut], bytes[cut..]))));
        Assert.Equal(lines, string.Join('|', await Read(new Pieces([.. bytes.Select(b => new[] { b })]))));
    }

    [Fact]
    public async Task A_progress_of_any_length_is_one_line()
    {
        var bytes = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, 200_000).Select(i => $"\r{i} of 200000")) + "\ndone\n"
        );
        var pieces = bytes.Chunk(7001).ToArray();
        Assert.Equal("199999 of 200000|done", string.Join('|', await Read(new Pieces(pieces))));
    }

    [Fact]
    public async Task A_line_without_end_is_cut_also_after_a_carriage_return()
    {
        var text = "50%\r" + new string('x', LineReader.Longest + 10) + "\n";
        var lines = await Read(new Pieces(Encoding.UTF8.GetBytes(text)));
        Assert.Equal([LineReader.Longest, 10], lines.Select(l => l.Length));
    }

    private static async Task<List<string>> Read(Stream stream)
    {
        var lines = new List<string>();
        await LineReader.Read(stream, lines.Add, 64 << 20, () => Assert.Fail("It is not too much."));
        return lines;
    }

    /// <summary>Gives one piece a read.</summary>
    private sealed class Pieces(params byte[][] pieces) : MemoryStream
    {
        private readonly Queue<byte[]> _left = new(pieces.Where(p => p.Length > 0));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_left.TryDequeue(out var piece))
                return new(0);
            piece.CopyTo(buffer);
            return new(piece.Length);
        }
    }
}
