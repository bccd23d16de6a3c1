import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.charset.StandardCharsets;

/** Answers every datagram with "Echo: " and its text. */
public class UdpEchoServer {
    private static final byte[] PREFIX = "Echo: ".getBytes(StandardCharsets.US_ASCII);

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 50000;
        byte[] buffer = new byte[65535];
        try (DatagramSocket socket = new DatagramSocket(port)) {
            while (true) {
                // A new packet each time: receive() shortens the one that it is given.
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                byte[] answer = new byte[PREFIX.length + packet.getLength()];
                System.arraycopy(PREFIX, 0, answer, 0, PREFIX.length);
                System.arraycopy(packet.getData(), 0, answer, PREFIX.length, packet.getLength());
                try {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                } catch (IOException e) {
                    System.err.println("Cannot answer " + packet.getSocketAddress() + ": " + e.getMessage());
                }
            }
        }
    }
}
