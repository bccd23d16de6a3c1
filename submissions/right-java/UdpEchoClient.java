import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** Sends one datagram and waits at most 2 seconds for the answer. */
public class UdpEchoClient {
    private static final int PATIENCE_MS = 2000;

    public static void main(String[] args) {
        String host = args.length > 0 ? args[0] : "127.0.0.1";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 50000;
        byte[] message = "Hello, UDP World!".getBytes(StandardCharsets.UTF_8);
        try (DatagramSocket socket = new DatagramSocket()) {
            // Then only the server's datagrams are received.
            socket.connect(new InetSocketAddress(host, port));
            socket.setSoTimeout(PATIENCE_MS);
            socket.send(new DatagramPacket(message, message.length));
            DatagramPacket answer = new DatagramPacket(new byte[65535], 65535);
            socket.receive(answer);
            System.out.println(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8));
        } catch (SocketTimeoutException e) {
            System.out.println("No answer within 2 seconds");
            System.exit(1);
        } catch (IOException e) {
            System.out.println("No answer: " + e);
            System.exit(1);
        }
    }
}
