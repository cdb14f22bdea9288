namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>What can happen next in a world, and how a world ends once nothing goes wrong any more.</summary>
internal static class Steps
{
    private const int RoundsMax = 80;

    /// <summary>Every world that one step leads to.</summary>
    public static IEnumerable<World> After(World world) =>
        OfMessages(world).Concat(OfDocks(world)).Concat(OfCarriers(world)).Concat(OfGateways(world));

    /// <summary>Whether everything docked becomes durable and every session comes to rest within a bounded number of rounds.</summary>
    public static bool Settles(World world)
    {
        var calm = world.Copy();
        for (var round = 0; round < RoundsMax; round++)
        {
            if (calm.Wrong() is not null)
            {
                return false;
            }

            if (calm.OnTheirWay.Count > 0)
            {
                var next = calm.OnTheirWay[0];
                calm.Lose(next);
                calm.Deliver(next, Math.Max(next.Gateway, 0));
                continue;
            }

            Array.ForEach(calm.Gateways, gateway => gateway.Sync(calm));
            if (calm.IsSettled())
            {
                return true;
            }

            for (var dock = 0; dock < World.Parties && calm.OnTheirWay.Count == 0; dock++)
            {
                Ticked(calm, dock);
            }
        }

        return false;
    }

    private static IEnumerable<World> OfMessages(World world)
    {
        foreach (var message in world.OnTheirWay)
        {
            var (first, last) = message.Gateway == Message.Any ? (0, World.Parties - 1) : (message.Gateway, message.Gateway);
            for (var gateway = first; gateway <= last; gateway++)
            {
                var delivered = world.Copy();
                delivered.Lose(message);
                delivered.Deliver(message, gateway);
                yield return delivered;
                if (world.Left.Doubles > 0)
                {
                    var doubled = world.With(world.Left with { Doubles = world.Left.Doubles - 1 });
                    doubled.Deliver(message, gateway);
                    yield return doubled;
                }
            }

            if (world.Left.Losses > 0)
            {
                var lost = world.With(world.Left with { Losses = world.Left.Losses - 1 });
                lost.Lose(message);
                yield return lost;
            }
        }
    }

    private static IEnumerable<World> OfDocks(World world)
    {
        for (var dock = 0; dock < World.Parties; dock++)
        {
            if (world.Left.Ticks > 0 && world.Docks[dock].Session.DueMs != long.MaxValue)
            {
                var ticked = world.With(world.Left with { Ticks = world.Left.Ticks - 1 });
                Ticked(ticked, dock);
                yield return ticked;
            }

            if (world.Left.PowerCuts > 0)
            {
                var cut = world.With(world.Left with { PowerCuts = world.Left.PowerCuts - 1 });
                cut.Docks[dock].Start();
                yield return Greeted(cut, dock);
                var again = world.With(world.Left with { PowerCuts = world.Left.PowerCuts - 1 });
                again.Docks[dock].Reconnect();
                yield return Greeted(again, dock);
            }
        }
    }

    private static IEnumerable<World> OfCarriers(World world)
    {
        for (var carrier = 0; carrier < World.Parties; carrier++)
        {
            if (world.MayForget(carrier) != 0)
            {
                var forgot = world.Copy();
                forgot.Forget(carrier);
                yield return forgot;
            }

            for (var to = World.Nowhere; to < World.Parties && world.Left.Moves > 0; to++)
            {
                if (to != world.CarrierAt[carrier])
                {
                    var moved = world.With(world.Left with { Moves = world.Left.Moves - 1 });
                    moved.Move(carrier, to);
                    yield return moved;
                }
            }
        }
    }

    private static IEnumerable<World> OfGateways(World world)
    {
        for (var gateway = 0; gateway < World.Parties; gateway++)
        {
            if (world.Gateways[gateway].HasGroup)
            {
                var synced = world.Copy();
                synced.Gateways[gateway].Sync(synced);
                yield return synced;
            }

            var later = world.Copy();
            later.Gateways[gateway].SpeakAll(later);
            yield return later;
            if (world.Left.Kills > 0)
            {
                var killed = world.With(world.Left with { Kills = world.Left.Kills - 1 });
                killed.Gateways[gateway].Kill();
                yield return killed;
            }
        }
    }

    private static void Ticked(World world, int dock)
    {
        world.Docks[dock].Tick();
        world.Docks[dock].Work(world);
    }

    private static World Greeted(World world, int dock)
    {
        world.Docks[dock].Session.Tick(world.Docks[dock].Clock);
        world.Docks[dock].Work(world);
        return world;
    }
}
