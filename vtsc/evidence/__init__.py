"""What a verdict rests on: traces, replay, certificates; made again and checked."""
