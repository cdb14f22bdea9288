using System.Numerics;
using System.Text;
using CsCheck;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Ledger.Tests;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    public void Known_answers_come_out(string text, uint crc) => Assert.Equal(crc, Crc32C.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void The_answer_of_RFC_3720_for_thirty_two_zero_bytes_comes_out() => Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));

    [Fact]
    public void Three_streams_give_what_one_byte_after_another_gives_wherever_the_input_is_cut() =>
        Gen.Select(Gen.Byte.Array[0, 9000], Gen.Double.Unit)
            .Sample(
                (bytes, where) =>
                {
                    var state = uint.MaxValue;
                    foreach (var b in bytes)
                        state = BitOperations.Crc32C(state, b);
                    var cut = (int)(where * bytes.Length);
                    Assert.Equal(~state, Crc32C.Of(bytes));
                    Assert.Equal(~state, Crc32C.Append(Crc32C.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
                },
                iter: 300
            );
}
